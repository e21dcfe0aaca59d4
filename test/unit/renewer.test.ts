/** When a node may judge the leases of others, on a clock turned by hand. */
import { expect, test } from "vitest";
import { Renewer } from "../../node/lease/renewer.ts";
import { ShardMemory } from "../../node/lease/shard-memory.ts";
import {
	type NodeRecord,
	type ShardSessions,
	StoreError,
} from "../../node/ports.ts";
import {
	LEASE_TTL_MS,
	PULSE_MS_MAX,
	PULSE_MS_MIN,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { nodeRecord } from "../contract/store-bench.ts";
import { KeptInMemory } from "../fakes/generations.ts";
import { createMemoryStore } from "../fakes/store.ts";
import { SeededRandom } from "../random.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** A node on a store whose clock can be stepped. */
function begin() {
	let record = nodeRecord("ann");
	const clock = new VirtualClock();
	let stepMs = 0;
	const nowMs = () => 1_800_000_000_000 + clock.monoMs() + stepMs;
	const [shard] = createMemoryStore({ shards: 1, nowMs }).shards;
	if (shard === undefined) throw new Error("a store has shards");
	let silent = false;
	const pulse: ShardSessions["pulse"] = shard.sessions.pulse.bind(
		shard.sessions,
	);
	shard.sessions.pulse = (...of) =>
		silent ? new Promise(() => {}) : pulse(...of);
	let opened = 0;
	let asksAgain = false;
	const events = {
		...{ pulsed() {}, revoked() {}, superseded() {}, renewed() {} },
		opened() {
			opened += 1;
			if (asksAgain) clock.after(2, () => renewer.hurry());
		},
	};
	const renewer = new Renewer({
		...{ shard, clock, random: new SeededRandom(1), log, events },
		ttlMs: LEASE_TTL_MS,
		memory: new ShardMemory(clock, 0, new KeptInMemory()),
		report: { record: () => record },
		sorter: { known: {} },
		teller: { untold: () => [], told() {} },
		home: { mayOpen: () => true, sureUntilMs: Infinity },
	});
	renewer.start();
	return {
		clock,
		shard,
		renewer,
		move(to: Partial<NodeRecord>) {
			record = { ...record, ...to };
		},
		step(ms: number) {
			stepMs += ms;
		},
		silence() {
			silent = true;
		},
		/** Lets each session be gone as soon as it is open, from now on; a claim finds that out at once. */
		forgetful() {
			asksAgain = true;
			shard.sessions.pulse = async () => ({ ok: false, code: "revoked" });
		},
		opens: () => opened,
	};
}

test("a node may judge leases once it has seen the store up for a whole lease time", async () => {
	const { clock, renewer } = begin();
	await clock.runFor(LEASE_TTL_MS - 100);
	expect(renewer.mayReap).toBe(false);
	await clock.runFor(200);
	expect(renewer.mayReap).toBe(true);
	renewer.stop();
});

test("after a step of the store's clock a node judges no lease for a whole lease time", async () => {
	for (const ms of [6_000, -6_000]) {
		const { clock, renewer, step } = begin();
		await clock.runFor(2 * LEASE_TTL_MS);
		step(ms);
		await clock.runFor(1_000);
		expect(renewer.mayReap).toBe(false);
		await clock.runFor(LEASE_TTL_MS);
		expect(renewer.mayReap).toBe(true);
		renewer.stop();
	}
});

test("a node does not judge by what it saw of the store before a silence or a sleep", async () => {
	const { clock, renewer, silence } = begin();
	await clock.runFor(2 * LEASE_TTL_MS);
	expect(renewer.mayReap).toBe(true);
	silence();
	await clock.runFor(3 * PULSE_MS_MAX);
	expect(renewer.mayReap).toBe(false);
	renewer.stop();
});

test("a node whose session was taken judges no lease for a whole lease time, as nobody knew of it", async () => {
	const { clock, shard, renewer } = begin();
	await clock.runFor(2 * LEASE_TTL_MS);
	const { session = "" } = renewer;
	await shard.sessions.revoke({ session, grounds: { when: "now" }, limit: 1 });
	await clock.runFor(PULSE_MS_MAX);
	expect(renewer.session).not.toBe(session);
	expect(renewer.mayReap).toBe(false);
	expect(renewer.away).toBe(false);
	await clock.runFor(LEASE_TTL_MS);
	expect(renewer.mayReap).toBe(true);
	renewer.stop();
});

test("a node that is reached elsewhere says so with its next renewal, and then no more", async () => {
	const { clock, shard, renewer, move } = begin();
	let told = 0;
	const describe = shard.sessions.describe.bind(shard.sessions);
	shard.sessions.describe = (...of) => {
		told += 1;
		return told === 1
			? Promise.reject(new StoreError("unreachable", "not now"))
			: describe(...of);
	};
	const where = async () => {
		const [node] = (await shard.sessions.nodes()).nodes;
		return [node?.record.http, node?.record.p2p, node?.record.url];
	};
	await clock.runFor(PULSE_MS_MAX);
	const { session } = renewer;
	const http = { http: "10.1.0.1:5000", url: "http://10.1.0.1:5000" };
	move({ ...http, p2p: "10.1.0.1:7000" });
	await clock.runFor(4 * PULSE_MS_MAX);
	expect(await where()).toEqual([http.http, "10.1.0.1:7000", http.url]);
	expect(renewer.session).toBe(session);
	expect(told).toBe(2);
	renewer.stop();
});

test("on a store that forgets each session at once, sessions are opened no more often than pulses are due", async () => {
	const { clock, renewer, forgetful, opens } = begin();
	await clock.runFor(PULSE_MS_MAX);
	forgetful();
	const before = opens();
	await clock.runFor(10 * PULSE_MS_MAX);
	renewer.stop();
	expect(opens() - before).toBeGreaterThanOrEqual(5);
	// The first session that was lost is replaced at once.
	expect(opens() - before).toBeLessThanOrEqual(15);
});

test("a session that is lost again at once is back as soon as another may be opened", async () => {
	const { clock, shard, renewer } = begin();
	await clock.runFor(2 * LEASE_TTL_MS);
	const lose = async () => {
		const { session = "" } = renewer;
		const grounds = { when: "now" } as const;
		await shard.sessions.revoke({ session, grounds, limit: 1 });
		// A claim was refused.
		renewer.hurry();
		await clock.runFor(1);
	};
	await lose();
	const openedMs = clock.monoMs() - 1;
	expect(renewer.session).toBeDefined();
	await clock.runFor(200);
	await lose();
	expect(renewer.session).toBeUndefined();
	// One more does not put it off.
	await clock.runFor(300);
	renewer.hurry();
	await clock.runUntil(() => renewer.session !== undefined, LEASE_TTL_MS);
	expect(clock.monoMs() - openedMs).toBeGreaterThanOrEqual(PULSE_MS_MIN);
	expect(clock.monoMs() - openedMs).toBeLessThanOrEqual(PULSE_MS_MIN + 5);
	renewer.stop();
});
