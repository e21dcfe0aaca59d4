/** Rules of the store's generation: no token is ever given twice. */
import { expect, it } from "vitest";
import {
	GENERATION_CHANCE,
	type Generation,
	generationAt,
	NO_GENERATION,
	tokenFloor,
} from "../../protocol/token.ts";
import {
	type Bench,
	nodeRecord,
	openSession,
	ROUTE,
	TTL_MS,
} from "./store-bench.ts";

/** Later than the clock of any store. */
const AHEAD = generationAt(Date.UTC(2080, 0, 1));

/** What a node knows that has seen this generation on another run than the store's. */
function knowing(generation: number): Generation {
	return { generation, run: "another" };
}

/** The generation is above what the clock gives, and chance was added to it. */
function expectAbove(generation: number, known: number): void {
	expect(generation).toBeGreaterThan(known);
	expect(generation).toBeLessThanOrEqual(known + GENERATION_CHANCE);
}

export function generationRules(bench: Bench): void {
	it("an empty store begins with the generation of its clock, and tokens just above the floor", async () => {
		const session = await bench.open();
		const generation = generationAt(session.nowMs);
		expect(session.generation).toBe(generation);
		const { token } = await bench.started(session);
		expect(token).toBe(tokenFloor(generation) + 1);
	});

	it("an empty store begins above the generation that nodes remember", async () => {
		const session = await bench.open("ann", TTL_MS, knowing(AHEAD));
		expectAbove(session.generation, AHEAD);
		const { token } = await bench.started(session);
		expect(token).toBe(tokenFloor(session.generation) + 1);
	});

	it("a node that knows of a later generation raises the store's above it, and nobody lowers it", async () => {
		const ann = await bench.open("ann");
		const task = await bench.started(ann);
		const bob = await bench.open("bob", TTL_MS, knowing(AHEAD));
		const raised = bob.generation;
		expectAbove(raised, AHEAD);
		expect((await bench.pulse(ann)).raised.generation).toBe(raised);
		const later = await bench.started(bob);
		expect(later.token).toBe(tokenFloor(raised) + 1);
		expect(later.token).toBeGreaterThan(task.token);
		expect((await bench.open("cid", TTL_MS, knowing(2))).generation).toBe(
			raised,
		);
		expect((await bench.started(bob)).token).toBe(tokenFloor(raised) + 2);
	});

	it("adopting raises the generation above the known one, once, and leaves sessions alone", async () => {
		const session = await bench.open();
		const { generation: begun, run } = session;
		const { shard } = bench;
		const known = { generation: begun, run };
		expect(await shard.sessions.adopt(known)).toEqual({
			generation: begun,
			run,
		});
		const raised = await shard.sessions.adopt(knowing(AHEAD));
		expectAbove(raised.generation, AHEAD);
		expect(raised.run).toBe(run);
		expect(await shard.sessions.adopt(knowing(AHEAD))).toEqual(raised);
		expect(await shard.sessions.adopt(NO_GENERATION)).toEqual(raised);
		const pulse = await bench.pulse(session);
		expect(pulse.raised).toEqual(raised);
		const { generation } = pulse.raised;
		const { token } = await bench.started({ ...session, generation });
		expect(token).toBe(tokenFloor(generation) + 1);
	});

	it("a generation that a node knows from another run is raised once more", async () => {
		const { generation, run } = await bench.open();
		const raised = await bench.sessions.adopt(knowing(generation));
		expect(raised.generation).toBeGreaterThan(generation);
		expect(raised.run).toBe(run);
		const { nowMs } = await bench.sessions.nodes();
		expect(raised.generation).toBeLessThanOrEqual(
			Math.max(generation + GENERATION_CHANCE, generationAt(nowMs)),
		);
	});

	it("a store whose clock is behind what nodes remember still raises its generation as time passes", async () => {
		const { generation, nowMs } = await bench.open(
			"ann",
			TTL_MS,
			knowing(AHEAD),
		);
		const laterMs = nowMs + 50;
		await bench.until(
			"50 ms have passed",
			async () => (await bench.sessions.nodes()).nowMs >= laterMs,
		);
		const raised = await bench.sessions.adopt(knowing(generation));
		const later = await bench.sessions.nodes();
		expect(raised.generation).toBeGreaterThanOrEqual(generation + 50);
		expect(raised.generation).toBeLessThanOrEqual(
			generation + later.nowMs - nowMs,
		);
	});

	it("a claim with a generation that is not the store's is refused", async () => {
		const { name, generation: current } = await bench.open();
		await bench.submit({});
		for (const generation of [0, current - 1, current + 1]) {
			const request = { session: name, generation, routes: [ROUTE], limit: 1 };
			expect(await bench.tasks.claim(request)).toEqual({
				ok: false,
				code: "stale_generation",
			});
		}
		expect((await bench.tasks.counts()).states.PENDING).toBe(1);
	});
}

export function restartRules(bench: Bench): void {
	it("a restarted store gives no tokens until it is adopted", async () => {
		const session = await bench.open();
		const before = await bench.started(session);
		await bench.submit({});
		await bench.world.restart();
		const { name, generation } = session;
		const request = { session: name, generation, routes: [ROUTE], limit: 1 };
		const refused = { ok: false, code: "stale_generation" };
		expect(await bench.tasks.claim(request)).toEqual(refused);
		const known = { generation, run: session.run };
		const raised = await bench.sessions.adopt(known);
		expect(raised.generation).toBeGreaterThan(generation);
		expect(raised.run).not.toBe(session.run);
		expect(await bench.sessions.adopt(known)).toEqual(raised);
		expect(await bench.tasks.claim(request)).toEqual(refused);
		const adopted = { ...session, ...raised };
		const after = await bench.claimOne(adopted);
		expect(after.token).toBe(tokenFloor(raised.generation) + 1);
		expect(after.token).toBeGreaterThan(before.token);
	});

	it("a restarted store still has its tasks, leases and running attempts", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		await bench.submit({});
		const list = { state: undefined, beforeSeq: 2 ** 45, limit: 10 };
		const { nowMs: _, ...before } = await bench.tasks.list(list);
		await bench.world.restart();
		expect(await bench.tasks.list(list)).toMatchObject(before);
		expect((await bench.pulse(session)).running).toBe(1);
		const { id, token, claimedMs } = task;
		const { outcomes } = await bench.tasks.complete([
			{ id, token, startedMs: claimedMs, state: "SUCCESS", result: "1" },
		]);
		expect(outcomes).toEqual(["accepted"]);
	});

	it("a store whose clock was put back raises its generation to what the clock would have been", async () => {
		const putBackMs = 59 * TTL_MS;
		await bench.open("ann", TTL_MS + putBackMs);
		const bob = await bench.open("bob");
		const { nowMs } = await bench.pulse(bob);
		await bench.world.restart();
		const raised = await bench.sessions.adopt(NO_GENERATION);
		// The session was opened a moment before the pulse that finds this.
		expect(raised.generation).toBeGreaterThan(
			generationAt(nowMs + putBackMs) - TTL_MS,
		);
	});

	it("a session that opens on a restarted store raises the generation", async () => {
		const { generation, run } = await bench.open();
		await bench.world.restart();
		const again = await openSession(bench.shard, {
			record: nodeRecord("ann"),
			ttlMs: TTL_MS,
			known: { generation, run },
		});
		expect(again.generation).toBeGreaterThan(generation);
		expect((await bench.open("bob")).generation).toBe(again.generation);
	});
}
