/** How long a peer is looked after whose connection has closed. */
import { expect, test } from "vitest";
import { Detector } from "../../node/peers/detector.ts";
import { Refusals } from "../../node/peers/refusals.ts";
import type { Reach, ShardSessions } from "../../node/ports.ts";
import { LEASE_TTL_MS, PROBE_ALIVE_MS } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { silentLog } from "../contract/gossip-bench.ts";
import { nodeRecord } from "../contract/store-bench.ts";
import { standInShard } from "../stand-ins.ts";

/** A detector that has lost bob, who renews his lease. */
function lost(seeing: number) {
	const clock = new VirtualClock();
	const world = {
		...{ seeing, reach: "answers" as Reach, hasReached: true },
		...{ looks: 0, reaped: 0 },
	};
	const nodes: ShardSessions["nodes"] = async () => {
		world.looks += 1;
		const nowMs = clock.monoMs();
		const node = {
			record: nodeRecord("bob"),
			epoch: 1,
			expiresMs: nowMs + LEASE_TTL_MS,
			running: 0,
			askedToDrain: false,
		};
		return { nowMs, clockStepsBack: 0, opens: 1, nodes: [node] };
	};
	const refusals = new Refusals();
	const detector = new Detector({
		clock,
		log: silentLog,
		ttlMs: LEASE_TTL_MS,
		engines: [
			{
				shard: standInShard({ sessions: { nodes } }),
				reaper: {
					reap: async () => {
						world.reaped += 1;
					},
				},
			},
		],
		gossip: { connected: () => [], probe: async () => world.reach },
		inquirer: { hasReached: () => world.hasReached },
		roster: { refresh: async () => {}, seeing: () => world.seeing },
		refusals,
	});
	detector.peerChanged("bob", false);
	return { clock, world, detector, refusals };
}

test("a lost peer that lives, and that others see, is left to them after a few looks", async () => {
	const { clock, world, detector } = lost(1);
	await clock.runFor(3 * PROBE_ALIVE_MS);
	expect(detector.suspects("bob")).toBe(false);
	expect(world.looks).toBeLessThanOrEqual(20);
	const before = world.looks;
	await clock.runFor(60_000);
	expect(world.looks).toBe(before);
});

test("a lost peer that nobody else sees is watched for as long as it lives", async () => {
	const { clock, world, detector } = lost(0);
	await clock.runFor(60_000);
	expect(detector.suspects("bob")).toBe(true);
	world.reach = "refused";
	await clock.runFor(1_000);
	expect(world.reaped).toBe(1);
	expect(detector.suspects("bob")).toBe(false);
});

test("one look that does not find a lost peer alive begins its time anew", async () => {
	const { clock, world, detector } = lost(1);
	await clock.runFor(PROBE_ALIVE_MS / 2);
	world.reach = "unreachable";
	await clock.runFor(PROBE_ALIVE_MS);
	world.reach = "answers";
	await clock.runFor(PROBE_ALIVE_MS / 2);
	expect(detector.suspects("bob")).toBe(true);
	await clock.runFor(2 * PROBE_ALIVE_MS);
	expect(detector.suspects("bob")).toBe(false);
});

test("a refusal is believed once of each life, and no more once that life has a session again", async () => {
	const { clock, world, refusals } = lost(1);
	world.reach = "refused";
	await clock.runFor(1_000);
	expect(world.reaped).toBe(1);
	const life = nodeRecord("bob");
	const lies = (startedMs: number, epoch: number) =>
		refusals.lie("bob", { startedMs, epoch });
	expect(lies(life.startedMs, 1)).toBe(false);
	expect(lies(life.startedMs, 2)).toBe(true);
	expect(lies(life.startedMs + 1, 2)).toBe(false);
});

test("a refusal by an address that never took a connection is believed of nobody", async () => {
	const { clock, world, detector } = lost(0);
	world.reach = "refused";
	world.hasReached = false;
	await clock.runFor(10_000);
	expect(world.reaped).toBe(0);
	expect(detector.suspects("bob")).toBe(true);
});
