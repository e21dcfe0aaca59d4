/** Whether a node knows that it knows of everybody who may take its leases. */
import { expect, test } from "vitest";
import { PromisedLoad } from "../../node/peers/promised-load.ts";
import { Roster, type RosterParts } from "../../node/peers/roster.ts";
import { StoreError } from "../../node/ports.ts";
import { formatSession } from "../../protocol/lease.ts";
import { LEASE_TTL_MS, STORE_RETRY_MS } from "../../protocol/limits.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { VirtualClock } from "../clock.ts";
import { silentLog } from "../contract/gossip-bench.ts";
import { nodeRecord, openSession } from "../contract/store-bench.ts";
import { createMemoryStore } from "../fakes/store.ts";
import { servesTypes } from "../stand-ins.ts";

const [type = ""] = nodeRecord("bob").types;

/** Ann's roster, and a store in which nodes open sessions. */
async function begin() {
	const clock = new VirtualClock();
	const nowMs = () => 1_800_000_000_000 + clock.monoMs();
	const [home] = createMemoryStore({ shards: 1, nowMs }).shards;
	if (home === undefined) throw new Error("a store has shards");
	/** What befalls the next readings of the registry, before the store does them. */
	const befalls: (() => unknown)[] = [];
	const registry: RosterParts["registry"] = {
		async nodes() {
			await befalls.shift()?.();
			return await home.sessions.nodes();
		},
	};
	/** When a node was last lost, as each reading of the registry told. */
	const losses: number[] = [];
	const roster = new Roster({
		...{ self: "ann", registry, clock, log: silentLog },
		serves: servesTypes(),
		gossip: { admit() {}, connected: () => [] },
		promised: new PromisedLoad(),
		events: {
			registryRead: (sinceLossMs) => losses.push(nowMs() - sinceLossMs),
			askedToDrain() {},
		},
	});
	const open = (nodeId: string) =>
		openSession(home, {
			...{ record: nodeRecord(nodeId), ttlMs: LEASE_TTL_MS },
			known: NO_GENERATION,
		});
	const { epoch } = await open("ann");
	/** Whether somebody is unread, before the registry can have answered. */
	const pulse = async (): Promise<boolean> => {
		const pulse = await home.sessions.pulse(
			formatSession("ann", epoch),
			LEASE_TTL_MS,
		);
		if (!pulse.ok) throw new Error(pulse.code);
		roster.registryAt(pulse.registryVersion, pulse.opens);
		return roster.unread;
	};
	return { clock, home, roster, open, pulse, befalls, losses };
}

const others = (roster: Roster) =>
	roster.others.map(({ record }) => record.nodeId);

test("a newcomer is unread from the pulse that shows it until the registry is read", async () => {
	const { clock, roster, open, pulse } = await begin();
	expect(roster.unread).toBe(true);
	await pulse();
	await clock.runFor(1);
	expect(roster.unread).toBe(false);
	await open("bob");
	expect(await pulse()).toBe(true);
	await clock.runFor(1);
	expect(roster.unread).toBe(false);
	expect(others(roster)).toEqual(["bob"]);
});

test("from opening a session until its next pulse a node cannot know who has come", async () => {
	const { clock, roster, pulse } = await begin();
	await pulse();
	await clock.runFor(1);
	roster.sessionOpened();
	await roster.refresh();
	expect(roster.unread).toBe(true);
	await pulse();
	await clock.runFor(1);
	expect(roster.unread).toBe(false);
});

test("a registry that is read after a pulse has all nodes that the pulse showed, even if more have come since", async () => {
	const { clock, roster, open, pulse, befalls } = await begin();
	befalls.push(() => open("bob"));
	await pulse();
	await clock.runFor(1);
	expect(others(roster)).toEqual(["bob"]);
	expect(roster.unread).toBe(false);
	await open("cid");
	expect(await pulse()).toBe(true);
	await clock.runFor(1);
	expect(others(roster)).toEqual(["bob", "cid"]);
});

test("a reading that was under way when a pulse showed a newcomer does not count", async () => {
	const { clock, roster, open, pulse, befalls } = await begin();
	await pulse();
	await clock.runFor(1);
	const held = Promise.withResolvers<void>();
	befalls.push(() => held.promise);
	const reading = roster.refresh();
	await open("bob");
	befalls.push(() => Promise.reject(new StoreError("unknown", "lost")));
	expect(await pulse()).toBe(true);
	await open("cid");
	held.resolve();
	await reading;
	expect(roster.unread).toBe(true);
});

test("a newcomer is read soon even if the store fails once after the pulse that shows it", async () => {
	const { clock, roster, open, pulse, befalls } = await begin();
	await open("bob");
	befalls.push(() => Promise.reject(new StoreError("unreachable", "away")));
	expect(await pulse()).toBe(true);
	await clock.runFor(1);
	expect(roster.unread).toBe(true);
	await clock.runFor(STORE_RETRY_MS);
	expect(roster.unread).toBe(false);
	expect(others(roster)).toEqual(["bob"]);
});

test("a roster that is stopped reads no more", async () => {
	const { clock, roster, open, pulse, befalls } = await begin();
	await open("bob");
	const away = () => Promise.reject(new StoreError("unreachable", "away"));
	befalls.push(away, away);
	await pulse();
	await clock.runFor(1);
	roster.stop();
	await clock.runFor(10 * STORE_RETRY_MS);
	expect(befalls).toHaveLength(1);
});

test("a node that reads the registry learns how long ago a node was last lost, not only when it starts", async () => {
	const { clock, home, open, pulse, losses } = await begin();
	await pulse();
	await clock.runFor(1);
	expect(losses.at(-1)).toBe(0);
	const { epoch, nowMs } = await open("bob");
	const session = formatSession("bob", epoch);
	await home.sessions.revoke({ session, grounds: { when: "now" }, limit: 1 });
	await clock.runFor(5_000);
	await pulse();
	await clock.runFor(1);
	expect(losses.at(-1)).toBe(nowMs);
});

/** Ann's roster once she has heard of bob, what he says from now on, and whether he has room. */
async function hearingBob() {
	const { clock, roster, open, pulse } = await begin();
	await open("bob");
	await pulse();
	await clock.runFor(1);
	const say = (epoch: number, seq: number) =>
		roster.hear({
			...{ kind: "digest", from: "bob", epoch, seq },
			...{ freeSlots: 4, running: 0, load: 0 },
			...{ storeUp: true, draining: false, peers: [] },
		});
	const hasRoom = () => roster.candidates(`default|${type}|`).length > 0;
	const witnesses = () => [...roster.witnessesOf("cid").keys()];
	return { clock, roster, say, hasRoom, witnesses };
}

test("a node whose session is over has no room until it says so in its next one", async () => {
	const { roster, say, hasRoom, witnesses } = await hearingBob();
	say(1, 1);
	expect(hasRoom()).toBe(true);
	roster.sessionOver("bob", { epoch: 1 });
	expect([hasRoom(), witnesses()]).toEqual([false, []]);
	say(2, 1);
	expect([hasRoom(), witnesses()]).toEqual([true, ["bob"]]);
});

test("what was still on its way when a session ended says nothing of its node's room", async () => {
	const { roster, say, hasRoom, witnesses } = await hearingBob();
	say(1, 5);
	roster.sessionOver("bob", { epoch: 1 });
	say(1, 4);
	expect([hasRoom(), witnesses()]).toEqual([false, []]);
	// The node may live on without its session: then it sees others, and has no room.
	say(1, 6);
	expect([hasRoom(), witnesses()]).toEqual([false, ["bob"]]);
});

test("that a former session is over takes nothing from what its node says now", async () => {
	const { clock, roster, say, hasRoom, witnesses } = await hearingBob();
	const beganMs = clock.monoMs();
	await clock.runFor(1);
	say(2, 1);
	roster.sessionOver("bob", { epoch: 1 });
	roster.sessionOver("bob", { heardByMs: beganMs });
	expect([hasRoom(), witnesses()]).toEqual([true, ["bob"]]);
	roster.sessionOver("bob", { heardByMs: clock.monoMs() });
	expect([hasRoom(), witnesses()]).toEqual([false, []]);
	say(2, 2);
	expect(hasRoom()).toBe(true);
});

test("that a session was over is known though its node had said nothing yet", async () => {
	const { roster, say, hasRoom } = await hearingBob();
	roster.sessionOver("bob", { epoch: 1 });
	say(1, 1);
	expect(hasRoom()).toBe(false);
	say(2, 1);
	expect(hasRoom()).toBe(true);
});
