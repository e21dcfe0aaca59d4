/** What a node reports about the work of all shards, put together from many steps. */
import { expect, test } from "vitest";
import { Overview } from "../../node/answers/overview.ts";
import type {
	BusyRoute,
	FailuresReply,
	FailuresRequest,
	QueuesReply,
	QueuesRequest,
	Shard,
} from "../../node/ports.ts";
import { FAILURES_LOOKED_MAX } from "../../protocol/limits.ts";

const depth = (route: string, oldestMs: number, count = 1) => ({
	...{ route, count, oldestMs, oldestId: `${route}-${oldestMs}` },
	...{ started: count, scheduled: 0 },
});

/** A shard that gives these answers, one step after the other, and records what it is asked. */
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

test("running tasks, and those not due yet, are also summed over shards in which nothing waits", async () => {
	const shardOf = (...routes: BusyRoute[]) =>
		({ tasks: { busy: async () => routes } }) as unknown as Shard;
	const shards = [
		shardOf({ route: "a", started: 1, scheduled: 2 }),
		shardOf(
			{ route: "b", started: 0, scheduled: 1 },
			{ route: "a", started: 3, scheduled: 0 },
		),
	];
	expect(await new Overview({ shards }).busy()).toEqual([
		{ route: "a", started: 4, scheduled: 2 },
		{ route: "b", started: 0, scheduled: 1 },
	]);
});

test("queues that are closed and opened while they are read are listed once, as they were last", async () => {
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

const group = (firstLine: string, newestMs: number, count = 1) => ({
	...{ type: "t", code: "failed", firstLine, count },
	...{ newestId: `${firstLine}-${newestMs}`, newestMs },
});

/** A shard that returns these failures, one step after the other. */
function failingShard(
	name: string,
	asked: string[],
	replies: Partial<FailuresReply>[],
) {
	const failures = async ({
		from,
	}: FailuresRequest): Promise<FailuresReply> => {
		asked.push(`${name} ${from?.endedMs ?? "newest"}`);
		const reply = replies.shift();
		if (reply === undefined) throw new Error("it is asked too often");
		const none = { looked: 0, groups: [], next: undefined };
		return { nowMs: 1_000, sinceMs: 10, ...none, ...reply };
	};
	return { tasks: { failures } } as unknown as Shard;
}

test("failures of all shards are added up, the newest of them read first", async () => {
	const asked: string[] = [];
	const shards = [
		failingShard("one", asked, [
			{
				looked: 3,
				groups: [group("a", 900, 2), group("b", 800)],
				next: { endedMs: 700, skip: 1 },
			},
			{ looked: 1, groups: [group("a", 600)] },
		]),
		failingShard("two", asked, [
			{
				looked: 2,
				groups: [group("a", 950, 2)],
				next: { endedMs: 940, skip: 1 },
			},
			{
				looked: 2,
				groups: [group("b", 930, 2)],
				next: { endedMs: 650, skip: 1 },
			},
			{ looked: 0 },
		]),
	];
	const { groups, ...view } = await new Overview({ shards }).failures({
		agoMs: 990,
	});
	expect(view).toEqual({
		asOfMs: 1_000,
		sinceMs: 10,
		searchedBackToMs: undefined,
	});
	expect(groups).toEqual([group("a", 950, 5), group("b", 930, 3)]);
	expect(asked).toEqual([
		...["one newest", "two newest", "two 940", "one 700", "two 650"],
	]);
});

test("a reading ends when many failures were looked at, and says how far back all shards were read", async () => {
	const asked: string[] = [];
	const many = FAILURES_LOOKED_MAX - 1;
	const shards = [
		failingShard("one", asked, [
			{ looked: many, next: { endedMs: 300, skip: 1 } },
		]),
		failingShard("two", asked, [
			{ looked: 1, next: { endedMs: 400, skip: 1 } },
		]),
	];
	const { searchedBackToMs } = await new Overview({ shards }).failures({
		agoMs: 990,
	});
	expect(searchedBackToMs).toBe(400);
	expect(asked).toEqual(["one newest", "two newest"]);
});
