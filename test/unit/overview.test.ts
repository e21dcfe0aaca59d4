/** What a node tells of the work of all shards: put together of many steps, and of all shards. */
import { expect, test } from "vitest";
import { Overview } from "../../node/answers/overview.ts";
import type { QueuesReply, QueuesRequest, Shard } from "../../node/ports.ts";

const depth = (route: string, oldestMs: number, count = 1) => ({
	...{ route, count, oldestMs, oldestId: `${route}-${oldestMs}` },
});

/** A shard that answers so, one step after the other, and notes what it is asked. */
function shardOf(...replies: Partial<QueuesReply>[]) {
	const asked: number[] = [];
	const queues = async ({ above }: QueuesRequest): Promise<QueuesReply> => {
		asked.push(above);
		const reply = replies.shift();
		if (reply === undefined) throw new Error("it is asked too often");
		return { nowMs: 1, highest: 100, queues: [], next: undefined, ...reply };
	};
	return { asked, shard: { tasks: { queues } } as unknown as Shard };
}

test("queues are read step by step, and the same of several shards are one", async () => {
	const one = shardOf(
		{ nowMs: 50, queues: [depth("a", 7, 2)], next: 4 },
		{ nowMs: 60, queues: [depth("b", 8)] },
	);
	const two = shardOf({ nowMs: 51, queues: [depth("a", 3), depth("c", 9)] });
	const overview = new Overview({ shards: [one.shard, two.shard] });
	expect(await overview.queues()).toEqual({
		asOfMs: 50,
		queues: [depth("a", 3, 3), depth("b", 8), depth("c", 9)],
	});
	expect([one.asked, two.asked]).toEqual([[-1, 4], [-1]]);
});

test("queues that are closed and opened while they are read are told once, as they were last", async () => {
	const { shard } = shardOf(
		{ queues: [depth("a", 7, 2)], next: 4 },
		{ queues: [depth("a", 9)] },
	);
	const { queues } = await new Overview({ shards: [shard] }).queues();
	expect(queues).toEqual([depth("a", 9)]);
});

test("reading ends with what there was when it began, however much comes meanwhile", async () => {
	const { shard, asked } = shardOf(
		{ queues: [depth("a", 7)], highest: 100, next: 99 },
		{ queues: [depth("b", 7)], highest: 250, next: 180 },
	);
	await new Overview({ shards: [shard] }).queues();
	expect(asked).toEqual([-1, 99]);
});
