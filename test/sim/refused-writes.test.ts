/** What a store that takes no writes must not hide, as small as it can be told. */
import { expect, test } from "vitest";
import { type Log, type Shard, StoreError } from "../../node/ports.ts";
import { Renewer } from "../../node/renewer.ts";
import {
	LEASE_TTL_MS,
	PULSE_MS_MAX,
	TRUST_MARGIN_MS,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { nodeRecord } from "../contract/store-bench.ts";
import { createMemoryStore } from "../fakes/store.ts";
import { SeededRandom } from "../random.ts";
import { LinkedShard } from "./linked-shard.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

test("a node whose lease was taken learns of it although the store takes no writes", async () => {
	const clock = new VirtualClock();
	const { shards } = createMemoryStore({
		shards: 1,
		nowMs: () => clock.wallMs(),
	});
	const shard = shards[0] as Shard;
	let full = false;
	const writes = new LinkedShard(shard, (name, step) => {
		if (!full || name === "nodes") return step();
		throw new StoreError("full", "it takes no writes");
	});
	let revoked = 0;
	const renewer = new Renewer({
		...{ shard: writes, clock, random: new SeededRandom(1), log },
		...{ ttlMs: LEASE_TTL_MS, trustMarginMs: TRUST_MARGIN_MS },
		record: () => nodeRecord("ann"),
		events: {
			opened() {},
			pulsed() {},
			othersMayReach: () => false,
			trustEnded() {},
			revoked: () => (revoked += 1),
			superseded() {},
		},
	});
	renewer.start();
	await clock.runFor(100);
	full = true;
	await clock.runFor(PULSE_MS_MAX);
	expect(revoked).toBe(0);
	const session = renewer.session ?? "";
	await shard.revoke({ session, when: "now", limit: 1 });
	await clock.runFor(PULSE_MS_MAX);
	expect(revoked).toBe(1);
	expect(renewer.session).toBeUndefined();
	full = false;
	await clock.runFor(PULSE_MS_MAX);
	expect(renewer.trusted).toBe(true);
	renewer.stop();
});
