/** What a step of the store's clock must not do, as small as it can be told. */
import { expect, test } from "vitest";
import type { Shard } from "../../node/ports.ts";
import { formatSession } from "../../protocol/lease.ts";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import { nodeRecord } from "../contract/store-bench.ts";
import { createMemoryStore } from "../fakes/store.ts";

test("the lease of a node that is gone runs out in its time although the store's clock is put back", async () => {
	let nowMs = Date.UTC(2026, 6, 1);
	const { shards } = createMemoryStore({ shards: 1, nowMs: () => nowMs });
	const shard = shards[0] as Shard;
	const request = { ttlMs: LEASE_TTL_MS, generation: 0 };
	const ann = await shard.open({ record: nodeRecord("ann"), ...request });
	const bob = await shard.open({ record: nodeRecord("bob"), ...request });
	const pulse = () =>
		shard.pulse(formatSession("bob", bob.epoch), LEASE_TTL_MS);
	nowMs -= 10 * 60_000;
	await pulse();
	nowMs += LEASE_TTL_MS - 1;
	expect(await pulse()).toMatchObject({ expired: [] });
	nowMs += 1;
	const expired = [formatSession("ann", ann.epoch)];
	expect(await pulse()).toMatchObject({ expired });
});

test("no token repeats when a store that forgot the raise of its generation also has its clock put back", async () => {
	const route = "default|work|";
	let nowMs = Date.UTC(2026, 6, 1);
	const store = createMemoryStore({ shards: 1, nowMs: () => nowMs });
	const shard = store.shards[0] as Shard;
	const open = (nodeId: string, generation: number) =>
		shard.open({ record: nodeRecord(nodeId), ttlMs: 1, generation });
	/** The node opens with the generation that it knows of, and claims the task. */
	const claim = async (nodeId: string, known: number) => {
		const { epoch, generation } = await open(nodeId, known);
		const session = formatSession(nodeId, epoch);
		const request = { session, generation, routes: [route], limit: 1 };
		const reply = await shard.claim(request);
		const token = reply.ok ? reply.tasks[0]?.token : undefined;
		return { generation, token: token ?? 0 };
	};
	await shard.adopt(0);
	await shard.submit([{ id: "a", route, priority: 5, payload: "1" }]);
	const image = store.save();
	nowMs += 1_000;
	store.restart(image);
	const before = await claim("ann", 0);
	nowMs -= 60_000;
	store.restart(image);
	await open("bob", 0);
	const after = await claim("ann", before.generation);
	expect(after.token).toBeGreaterThan(before.token);
});
