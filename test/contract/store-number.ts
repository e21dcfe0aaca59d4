/** Rules of the number of shards, which shard 0 decides and every shard has, and of what is deleted by hand. */
import { expect, it } from "vitest";
import { type Shard, StoreMismatch, unsettled } from "../../node/ports.ts";
import { formatSession } from "../../protocol/lease.ts";
import { SEQ_SPAN } from "../../protocol/rank.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { type Bench, nodeRecord, TTL_MS } from "./store-bench.ts";

function opening(nodeId: string) {
	const record = nodeRecord(nodeId);
	return {
		...{ record, ttlMs: TTL_MS, known: NO_GENERATION, knownEpoch: 0 },
		sureUntilMs: Number.MAX_SAFE_INTEGER,
	};
}

/** Rules of shard 0. */
export function numberRules(bench: Bench): void {
	it("a number becomes the cluster's only if the store is empty and the node may set it, and is fixed from then on", async () => {
		const { world } = bench;
		expect(await world.agree(false)).toBe("empty");
		expect(await world.agree(false)).toBe("empty");
		expect(await world.agree(true)).toBe("agreed");
		await bench.submit({});
		await world.lose("number", 0);
		expect(await world.agree(true)).toBe("used");
	});

	it("a number that does not become the cluster's is left in no shard", async () => {
		const { world } = bench;
		expect(await world.agree(false)).toBe("empty");
		// Another node was there first.
		await world.toOther(0).sessions.open(opening("bob"));
		await expect(world.agree(true)).rejects.toThrow(StoreMismatch);
		for (const { tasks } of world.store.shards)
			await expect(tasks.get(["a"])).rejects.toThrow(unsettled().message);
	});

	it("a pulse restores a number that the store has lost, whether or not its session is known, and so does an opening", async () => {
		const { world, shard } = bench;
		await world.agree(true);
		const ann = await bench.open();
		await world.lose("number", 0);
		expect(await world.agree(true)).toBe("used");
		await bench.pulse(ann);
		expect(await world.agree(false)).toBe("agreed");
		await world.lose("number", 0);
		expect(await shard.sessions.pulse("ghost:1", TTL_MS)).toMatchObject({
			ok: false,
		});
		expect(await world.agree(false)).toBe("agreed");
		await world.lose("number", 0);
		await bench.open("bob");
		expect(await world.agree(false)).toBe("agreed");
	});

	it("a node with another number is told that before anything else", async () => {
		const { world, shard } = bench;
		const shards = world.store.shards.length;
		const told = { ok: false, code: "other_shards", shards };
		const ann = await bench.open();
		const { nowMs, opens } = await bench.pulse(ann);
		const other = world.toOther(0);
		expect(await other.sessions.pulse(ann.name, 2 * TTL_MS)).toEqual(told);
		expect(await other.sessions.pulse("ghost:1", TTL_MS)).toEqual(told);
		expect(await other.sessions.open(opening("bob"))).toEqual(told);
		// Nothing was renewed, and no session was opened.
		const { nodes } = await shard.sessions.nodes();
		expect(nodes).toHaveLength(1);
		expect(nodes[0]?.expiresMs).toBeLessThan(nowMs + 2 * TTL_MS);
		expect((await bench.pulse(ann)).opens).toBe(opens);
	});
}

/** Rules of any other shard, about which shard 0 knows nothing. */
export function otherNumberRules(bench: Bench): void {
	it("the number is that of the node that opened a session last, and no session of another number is renewed", async () => {
		const { world, shard, index } = bench;
		const other = world.toOther(index);
		const ann = await bench.open();
		const opened = await other.sessions.open(opening("bob"));
		if (!opened.ok) throw new Error(opened.code);
		const bob = formatSession("bob", opened.epoch);
		const revoked = { ok: false, code: "revoked" };
		expect(await shard.sessions.pulse(ann.name, TTL_MS)).toEqual(revoked);
		expect(await other.sessions.pulse(bob, TTL_MS)).toMatchObject({ ok: true });
		await bench.open();
		expect(await other.sessions.pulse(bob, TTL_MS)).toEqual(revoked);
	});

	it("an opening that comes when its number is no longer certain neither changes nor restores one", async () => {
		const { world, shard, index } = bench;
		const ann = await bench.open();
		const { nowMs, opens } = await bench.pulse(ann);
		const other = world.toOther(index);
		const late = { ok: false, code: "late", nowMs: expect.any(Number) };
		const beforeMs = { ...opening("bob"), sureUntilMs: nowMs - 1 };
		expect(await other.sessions.open(beforeMs)).toEqual(late);
		const { sureUntilMs: _, ...unsure } = beforeMs;
		expect(await other.sessions.open(unsure)).toEqual(late);
		expect((await bench.pulse(ann)).opens).toBe(opens);
		await world.lose("number", index);
		expect(await shard.sessions.open(beforeMs)).toEqual(late);
		await bench.pulse(ann);
		// An opening that changes nothing may be as late as it likes.
		expect(await shard.sessions.open(beforeMs)).toMatchObject({ ok: true });
	});

	it("a lost number is restored by a session that exists, and by no other", async () => {
		const { world, shard, index } = bench;
		const ann = await bench.open();
		await world.lose("number", index);
		const other = world.toOther(index);
		expect(await other.sessions.pulse("ghost:1", TTL_MS)).toMatchObject({
			ok: false,
		});
		await expect(other.tasks.counts()).rejects.toThrow(unsettled().message);
		await bench.pulse(ann);
		expect((await shard.tasks.counts()).accepted).toBe(0);
	});
}

export function fencingRules(bench: Bench): void {
	it("a node neither stores nor reads tasks if the number is another one, or is lost", async () => {
		const { world, shard, index } = bench;
		const ann = await bench.open();
		const [task] = await bench.submit({});
		const refusal = { name: "StoreError", kind: "unsettled" };
		const all = { state: undefined, beforeSeq: SEQ_SPAN, limit: 10 };
		const ids = [task?.id ?? ""];
		const refuses = async (to: Shard) => {
			const lease = { session: ann.name, generation: ann.generation };
			const answers = [
				to.tasks.submit([bench.task()]),
				to.tasks.submit([bench.task()], lease),
				to.tasks.get(ids),
				to.tasks.ahead("q|t|", ids[0] ?? ""),
				to.tasks.leftOver(["q|t|"], 0),
				to.tasks.queues({ above: -1, limit: 1 }),
				to.tasks.failures({ since: { atMs: 0 }, from: undefined, limit: 1 }),
				to.tasks.newest(ids[0] ?? ""),
				to.tasks.list(all),
				to.tasks.counts(),
			];
			await Promise.all(
				answers.map((answer) => expect(answer).rejects.toMatchObject(refusal)),
			);
		};
		await refuses(world.toOther(index));
		await world.lose("number", index);
		await refuses(shard);
		await bench.pulse(ann);
		expect((await shard.tasks.list(all)).tasks.map(({ id }) => id)).toEqual(
			ids,
		);
		expect((await shard.tasks.counts()).accepted).toBe(1);
	});
}

export function lossRules(bench: Bench): void {
	it("a node whose record was deleted finds that out, and restores it with its session", async () => {
		const { world, shard, index } = bench;
		const ann = await bench.open();
		const before = await bench.pulse(ann);
		expect(before.registered).toBe(true);
		await world.lose({ nodeId: "ann" }, index);
		expect((await shard.sessions.nodes()).nodes).toEqual([]);
		expect((await bench.pulse(ann)).registered).toBe(false);
		await shard.sessions.describe(ann.name, nodeRecord("ann"));
		const after = await bench.pulse(ann);
		expect(after.registered).toBe(true);
		expect(after.registryVersion).toBeGreaterThan(before.registryVersion);
		const { nodes } = await shard.sessions.nodes();
		expect(nodes).toMatchObject([
			{ record: nodeRecord("ann"), epoch: ann.epoch },
		]);
	});

	it("a session without a lease restores no record", async () => {
		const { world, shard, index } = bench;
		const ann = await bench.open();
		await world.lose({ nodeId: "ann" }, index);
		await shard.sessions.revoke({
			session: ann.name,
			grounds: { when: "now" },
			limit: 1,
		});
		await shard.sessions.describe(ann.name, nodeRecord("ann"));
		expect((await shard.sessions.nodes()).nodes).toEqual([]);
	});
}
