/**
 * What a step of the store's clock must not do, each case as small as possible.
 */
import { expect, test } from "vitest";
import type { Shard } from "../../node/ports.ts";
import { formatSession } from "../../protocol/lease.ts";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { type Generation, NO_GENERATION } from "../../protocol/token.ts";
import { nodeRecord, openSession } from "../contract/store-bench.ts";
import { createMemoryStore } from "../fakes/store.ts";

test("the lease of a node that is gone expires in its time although the store's clock is put back", async () => {
	let nowMs = Date.UTC(2026, 6, 1);
	const { shards } = createMemoryStore({ shards: 1, nowMs: () => nowMs });
	const shard = shards[0] as Shard;
	const request = { ttlMs: LEASE_TTL_MS, known: NO_GENERATION };
	const ann = await openSession(shard, {
		record: nodeRecord("ann"),
		...request,
	});
	const bob = await openSession(shard, {
		record: nodeRecord("bob"),
		...request,
	});
	const pulse = () =>
		shard.sessions.pulse(formatSession("bob", bob.epoch), LEASE_TTL_MS);
	nowMs -= 10 * 60_000;
	await pulse();
	nowMs += LEASE_TTL_MS - 1;
	expect(await pulse()).toMatchObject({ expired: [] });
	nowMs += 1;
	const session = formatSession("ann", ann.epoch);
	expect(await pulse()).toMatchObject({ expired: [{ session }] });
});

const ROUTE = "default|work|";

/** A store with a task, which can be made to lose everything after that. */
async function forgetful() {
	let nowMs = Date.UTC(2026, 6, 1);
	const store = createMemoryStore({ shards: 1, nowMs: () => nowMs });
	const shard = store.shards[0] as Shard;
	await shard.sessions.adopt(NO_GENERATION);
	await shard.tasks.submit([
		{ id: "a", route: ROUTE, priority: 5, options: PLAIN, payload: "1" },
	]);
	const image = store.save();
	const open = (nodeId: string, known: Generation) =>
		openSession(shard, { record: nodeRecord(nodeId), ttlMs: 1, known });
	return {
		open,
		forget: () => store.restart(image),
		step(ms: number) {
			nowMs += ms;
		},
		/** The node opens a session with the generation that it knows, and claims the task. */
		async claim(nodeId: string, known: Generation) {
			const { epoch, generation, run } = await open(nodeId, known);
			const session = formatSession(nodeId, epoch);
			const request = { session, generation, routes: [ROUTE], limit: 1 };
			const reply = await shard.tasks.claim(request);
			const token = reply.ok ? (reply.tasks[0]?.token ?? 0) : 0;
			return { token, known: { generation, run } };
		},
	};
}

test("no token repeats when a store that forgot the raise of its generation also has its clock put back", async () => {
	const { open, forget, step, claim } = await forgetful();
	step(1_000);
	forget();
	const before = await claim("ann", NO_GENERATION);
	step(-60_000);
	forget();
	await open("bob", NO_GENERATION);
	const after = await claim("ann", before.known);
	expect(after.token).toBeGreaterThan(before.token);
});

test("a raise that was lost is not made to the same number again by nodes that know of none, and no token repeats", async () => {
	const { open, forget, step, claim } = await forgetful();
	step(-60_000);
	forget();
	const { generation } = await open("cid", NO_GENERATION);
	forget();
	const before = await claim("ann", NO_GENERATION);
	expect(before.known.generation).not.toBe(generation);
	forget();
	await open("bob", NO_GENERATION);
	const after = await claim("ann", before.known);
	expect(after.token).toBeGreaterThan(before.token);
});
