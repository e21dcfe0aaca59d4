/** How long a peer is watched whose connection has closed. */
import { expect, test } from "vitest";
import { Detector } from "../../node/peers/detector.ts";
import { Refusals } from "../../node/peers/refusals.ts";
import type { Reach, RegisteredNode, ShardSessions } from "../../node/ports.ts";
import { formatSession, type SessionName } from "../../protocol/lease.ts";
import {
	LEASE_TTL_MS,
	PROBE_AGAIN_MS_MIN,
	PROBE_ALIVE_MS,
	PROBE_CLOSING_MS_MAX,
	PROBE_CLOSING_MS_MIN,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { silentLog } from "../contract/gossip-bench.ts";
import { nodeRecord } from "../contract/store-bench.ts";
import { standInShard } from "../stand-ins.ts";

/** The store's time as a test begins. */
const STORE_MS = 1_000;

/** A detector that has lost bob, who renews his lease; the registry may have been read before his newest session. */
function lost(seeing: number, { known = 0, address = "answers" } = {}) {
	const clock = new VirtualClock();
	const world = {
		...{ seeing, reach: address as Reach, hasReached: true },
		...{ looks: 0, reaped: 0, epoch: 1, revoked: [] as string[] },
	};
	const bob = (epoch: number): RegisteredNode => ({
		...{ record: nodeRecord("bob"), epoch, running: 0, askedToDrain: false },
		expiresMs: STORE_MS + clock.monoMs() + LEASE_TTL_MS,
	});
	const nodes: ShardSessions["nodes"] = async () => {
		world.looks += 1;
		const nowMs = STORE_MS + clock.monoMs();
		const { epoch, revoked } = world;
		const isGone = revoked.includes(formatSession("bob", epoch));
		const node = { ...bob(epoch), ...(isGone && { expiresMs: undefined }) };
		return { nowMs, clockStepsBack: 0, opens: 1, lostMs: 0, nodes: [node] };
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
					reap: async (session: SessionName) => {
						world.reaped += 1;
						world.revoked.push(session);
					},
				},
			},
		],
		gossip: { connected: () => [], probe: async () => world.reach },
		inquirer: { hasReached: () => world.hasReached },
		roster: {
			others: known > 0 ? [bob(known)] : [],
			refresh: async () => {},
			seeing: () => world.seeing,
		},
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

test("a refusal is believed once for each life, and no more once that life has a session again", async () => {
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

test("a refusal by an address that never took a connection is never believed", async () => {
	const { clock, world, detector } = lost(0);
	world.reach = "refused";
	world.hasReached = false;
	await clock.runFor(10_000);
	expect(world.reaped).toBe(0);
	expect(detector.suspects("bob")).toBe(true);
});

test("the session that was last read of a peer whose address refuses is taken before the store is asked for others", async () => {
	const { clock, world, detector, refusals } = lost(0, {
		...{ known: 1, address: "refused" },
	});
	await clock.runFor(0);
	expect(world.looks).toBe(0);
	expect(world.revoked).toEqual([formatSession("bob", 1)]);
	await clock.runFor(PROBE_AGAIN_MS_MIN);
	expect(detector.suspects("bob")).toBe(false);
	const { startedMs } = nodeRecord("bob");
	expect(refusals.lie("bob", { startedMs, epoch: 2 })).toBe(true);
	await clock.runFor(10_000);
	expect(world.reaped).toBe(1);
});

test("an address that answers as the connection closes, and refuses a moment later, is not asked only after the store", async () => {
	const { clock, world, detector } = lost(0, { known: 1 });
	await clock.runFor(PROBE_CLOSING_MS_MIN);
	world.reach = "refused";
	await clock.runFor(PROBE_CLOSING_MS_MAX);
	expect(world.looks).toBe(0);
	expect(world.revoked).toEqual([formatSession("bob", 1)]);
	await clock.runFor(PROBE_AGAIN_MS_MIN);
	expect(detector.suspects("bob")).toBe(false);
});

test.each([0.5, 1.5, 5, 14, 25])(
	"a node that closes its address %d ms after its connection is taken in twice the time and 1 ms",
	async (closingMs) => {
		const { clock, world } = lost(0, { known: 1 });
		await clock.runFor(closingMs);
		world.reach = "refused";
		await clock.runFor(closingMs + 1);
		expect(world.looks).toBe(0);
		expect(world.revoked).toEqual([formatSession("bob", 1)]);
	},
);

test("a peer that has a newer session than was last read loses that one, too, and its refusal is no lie", async () => {
	const { clock, world, detector } = lost(0, {
		...{ known: 1, address: "refused" },
	});
	world.epoch = 2;
	await clock.runFor(PROBE_AGAIN_MS_MIN);
	const taken = [1, 2].map((epoch) => formatSession("bob", epoch));
	expect(world.revoked).toEqual(taken);
	expect(detector.suspects("bob")).toBe(false);
});

test("a peer that opens a session after its last one was taken was alive, and is not held for dead once more", async () => {
	const { clock, world, detector } = lost(0, {
		...{ known: 1, address: "refused" },
	});
	await clock.runFor(PROBE_AGAIN_MS_MIN / 2);
	world.epoch = STORE_MS + clock.monoMs();
	await clock.runFor(10_000);
	expect(world.revoked).toEqual([formatSession("bob", 1)]);
	expect(detector.suspects("bob")).toBe(true);
});

test("a peer that is back before its address was looked at loses nothing", async () => {
	const { clock, world, detector } = lost(0, {
		...{ known: 1, address: "refused" },
	});
	detector.peerChanged("bob", true);
	await clock.runFor(10_000);
	expect(world.revoked).toEqual([]);
});
