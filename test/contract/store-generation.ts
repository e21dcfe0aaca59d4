/** Rules of the store's generation: no token is ever given twice. */
import { expect, it } from "vitest";
import { tokenFloor } from "../../protocol/token.ts";
import { type Bench, nodeRecord, ROUTE, TTL_MS } from "./store-bench.ts";

export function generationRules(bench: Bench): void {
	it("an empty store begins with generation 1, its tokens just above the floor", async () => {
		const session = await bench.open();
		expect(session.generation).toBe(1);
		expect((await bench.started(session)).token).toBe(tokenFloor(1) + 1);
	});

	it("an empty store begins above the generation that nodes remember", async () => {
		const session = await bench.open("ann", TTL_MS, 5);
		expect(session.generation).toBe(6);
		expect((await bench.started(session)).token).toBe(tokenFloor(6) + 1);
	});

	it("a node that knows of a later generation raises the store's, and no one lowers it", async () => {
		const ann = await bench.open("ann");
		const task = await bench.started(ann);
		const bob = await bench.open("bob", TTL_MS, 4);
		expect(bob.generation).toBe(4);
		expect((await bench.pulse(ann)).generation).toBe(4);
		const later = await bench.started(bob);
		expect(later.token).toBe(tokenFloor(4) + 1);
		expect(later.token).toBeGreaterThan(task.token);
		expect((await bench.open("cid", TTL_MS, 2)).generation).toBe(4);
		expect((await bench.started(bob)).token).toBe(tokenFloor(4) + 2);
	});

	it("adopting raises the generation to the one known, once, and leaves sessions alone", async () => {
		const session = await bench.open();
		expect(await bench.shard.adopt(session.generation)).toBe(1);
		expect(await bench.shard.adopt(3)).toBe(3);
		expect(await bench.shard.adopt(3)).toBe(3);
		expect(await bench.shard.adopt(0)).toBe(3);
		const { generation } = await bench.pulse(session);
		expect(generation).toBe(3);
		const { token } = await bench.started({ ...session, generation });
		expect(token).toBe(tokenFloor(3) + 1);
	});

	it("a claim with a generation that is not the store's is refused", async () => {
		const { name } = await bench.open();
		await bench.submit({});
		for (const generation of [0, 2]) {
			const request = { session: name, generation, routes: [ROUTE], limit: 1 };
			expect(await bench.shard.claim(request)).toEqual({
				ok: false,
				code: "stale_generation",
			});
		}
		expect((await bench.shard.counts()).states.PENDING).toBe(1);
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
		expect(await bench.shard.claim(request)).toEqual(refused);
		expect(await bench.shard.adopt(generation)).toBe(generation + 1);
		expect(await bench.shard.adopt(generation)).toBe(generation + 1);
		expect(await bench.shard.claim(request)).toEqual(refused);
		const adopted = { ...session, generation: generation + 1 };
		const after = await bench.claimOne(adopted);
		expect(after.token).toBe(tokenFloor(generation + 1) + 1);
		expect(after.token).toBeGreaterThan(before.token);
	});

	it("a restarted store still has its tasks, leases and what runs", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		await bench.submit({});
		const list = { state: undefined, beforeSeq: 2 ** 45, limit: 10 };
		const before = await bench.shard.list(list);
		await bench.world.restart();
		expect(await bench.shard.list(list)).toEqual(before);
		expect((await bench.pulse(session)).running).toBe(1);
		const { id, token, claimedMs } = task;
		const { outcomes } = await bench.shard.complete([
			{ id, token, startedMs: claimedMs, state: "SUCCESS", result: "1" },
		]);
		expect(outcomes).toEqual(["accepted"]);
	});

	it("a session that opens on a restarted store raises the generation", async () => {
		const { generation } = await bench.open();
		await bench.world.restart();
		const again = await bench.shard.open({
			...{ record: nodeRecord("ann"), ttlMs: TTL_MS, generation },
		});
		expect(again.generation).toBe(generation + 1);
		expect((await bench.open("bob")).generation).toBe(generation + 1);
	});
}
