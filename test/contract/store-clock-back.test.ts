/** What is told of tasks that wait still holds once the store's clock has been put back. */
import { beforeEach, expect, test } from "vitest";
import type { Shard } from "../../node/ports.ts";
import { SEQ_PER_MS } from "../../protocol/rank.ts";
import { createMemoryStore } from "../fakes/store.ts";
import { newTask } from "../new-task.ts";
import { ROUTE } from "./store-bench.ts";
import { StoreOnRedis } from "./store-on-redis.ts";

const HOUR_MS = 3_600_000;

const ground = StoreOnRedis.forFile("back");
let twinMs = Date.UTC(2026, 6, 1);
let twin: Shard;
beforeEach(() => {
	const store = createMemoryStore({ shards: 1, nowMs: () => twinMs });
	twin = store.shards[0] as Shard;
});

/** Redis goes by the machine's clock: there the places go forward instead. */
async function placesAnHourAhead(): Promise<void> {
	const last = Number(await ground.redis.hget("{back:0}:meta", "seq"));
	const ahead = last + HOUR_MS * SEQ_PER_MS;
	await ground.redis.hset("{back:0}:meta", "seq", ahead);
}

async function clockAnHourBack(): Promise<void> {
	twinMs -= HOUR_MS;
}

const STORES: readonly [string, () => Shard, () => Promise<void>][] = [
	["Redis", () => ground.shard, placesAnHourAhead],
	["the twin", () => twin, clockAnHourBack],
];

test.each(STORES)(
	"%s tells of what waits as left over while its clock is behind the last place",
	async (_which, shardOf, putBack) => {
		const { tasks } = shardOf();
		await tasks.submit([newTask("before", { route: ROUTE })]);
		expect(await tasks.leftOver([ROUTE], HOUR_MS / 2)).toEqual([0]);
		await putBack();
		await tasks.submit([newTask("after", { route: ROUTE })]);
		expect(await tasks.leftOver([ROUTE], HOUR_MS / 2)).toEqual([2]);
		// Less than that is within what may have come in one moment.
		expect(await tasks.leftOver([ROUTE], 2 * HOUR_MS)).toEqual([0]);
	},
);
