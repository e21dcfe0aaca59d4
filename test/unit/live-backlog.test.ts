/** What readers who reach some queues or types only are told of waiting and failing tasks. */
import { expect, test } from "vitest";
import { LiveBacklog } from "../../node/answers/live-backlog.ts";
import type { QueuesView, StatsView } from "../../node/ports.ts";
import { LIVE_QUEUES_MAX } from "../../protocol/limits.ts";
import { noSums } from "../../protocol/work-sums.ts";
import { VirtualClock } from "../clock.ts";

const NOW_MS = 1_000_000;

async function backlogOf(
	rows: readonly { readonly route: string; readonly oldestMs: number }[],
	failed: readonly (readonly [queue: string, type: string, failed: number])[],
): Promise<LiveBacklog> {
	const queues: QueuesView = {
		asOfMs: NOW_MS,
		queues: rows.map(({ route, oldestMs }) => ({
			...{ route, oldestMs, count: 1, oldestId: `${route}!` },
			...{ started: 0, scheduled: 0 },
		})),
	};
	const series = failed.map(([queue, type, count]) => ({
		...{ ...noSums(), queue, type, ended: count, failed: count },
	}));
	const stats: StatsView = {
		asOfMs: NOW_MS,
		steps: [{ atMs: NOW_MS, series }],
	};
	const backlog = new LiveBacklog({
		clock: new VirtualClock(),
		overview: { queues: async () => queues, stats: async () => stats },
		onlooker: {
			...{ missing: () => undefined, concurrency: () => undefined },
			...{ servers: () => ["ann"], nameOf: (id) => id },
		},
	});
	await backlog.read();
	return backlog;
}

test("if there are more queues than there is room for, a reader is told those that it reaches", async () => {
	const others = Array.from({ length: LIVE_QUEUES_MAX + 5 }, (_, i) => ({
		...{ route: `theirs-${i}|work|`, oldestMs: i },
	}));
	const own = { route: "own|work|", oldestMs: 500 };
	const backlog = await backlogOf([...others, own], []);
	expect(backlog.known()).toMatchObject({
		...{ queuesMore: 6, oldest: { queue: "theirs-0" } },
	});
	const { queues, queuesMore, oldest } = backlog.known({ queues: ["own"] });
	expect(queues).toMatchObject([{ queue: "own" }]);
	expect(queuesMore).toBe(0);
	expect(oldest).toMatchObject({
		id: "own|work|!",
		queue: "own",
		sinceMs: 500,
	});
	expect(backlog.known({ queues: ["empty"] })).toMatchObject({
		...{ queues: [], oldest: undefined },
	});
});

test("the types that fail most are those of a reader's own tasks, without what is added up beyond the most that is kept", async () => {
	const backlog = await backlogOf(
		[],
		[
			...([["own", "a", 2]] as const),
			...([["theirs", "a", 7]] as const),
			...([["own", "b", 3]] as const),
			...([["other", "other", 10]] as const),
		],
	);
	const typesWithin = (within?: object) =>
		backlog
			.known(within)
			.failingTypes.map(({ type, failed }) => [type, failed]);
	expect(typesWithin()).toEqual([
		...[["other", 10]],
		...[["a", 9]],
		...[["b", 3]],
	]);
	expect(typesWithin({ queues: ["own"] })).toEqual([
		...[["b", 3]],
		...[["a", 2]],
	]);
	expect(typesWithin({ queues: ["own"], types: ["a"] })).toEqual([["a", 2]]);
	expect(typesWithin({ queues: ["other"] })).toEqual([]);
});
