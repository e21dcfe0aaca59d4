/** A renewer by itself: one node on one shard, with nothing that it would hold a session for. */
import { Renewer } from "../../node/lease/renewer.ts";
import { ShardMemory } from "../../node/lease/shard-memory.ts";
import type { Log, NodeRecord, Shard } from "../../node/ports.ts";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import type { VirtualClock } from "../clock.ts";
import { KeptInMemory } from "../fakes/generations.ts";
import { SeededRandom } from "../random.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Starts a renewer. `told`: what has become of its sessions, in order. */
export async function startRenewer(
	clock: VirtualClock,
	shard: Shard,
	record: NodeRecord,
) {
	const told: ("opened" | "revoked" | "superseded")[] = [];
	const renewer = new Renewer({
		...{ shard, clock, random: new SeededRandom(1), log },
		ttlMs: LEASE_TTL_MS,
		memory: new ShardMemory(clock, 0, new KeptInMemory()),
		report: { record: () => record },
		sorter: { known: {} },
		teller: { untold: () => [], told() {} },
		home: { mayOpen: () => true, sureUntilMs: Infinity },
		events: {
			opened: () => told.push("opened"),
			pulsed() {},
			renewed() {},
			revoked: () => told.push("revoked"),
			superseded: () => told.push("superseded"),
		},
	});
	renewer.start();
	await clock.runFor(100);
	return { renewer, told };
}
