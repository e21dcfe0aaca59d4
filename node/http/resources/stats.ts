/** `GET /v1/stats`: how work went in the last hour or day, by queue and type, in steps of time. */
import { isRestricted, reaches } from "../../../protocol/access.ts";
import { WORK_BOUNDS_S } from "../../../protocol/instruments.ts";
import {
	STATS_DAY_STEP_MS,
	STATS_DAY_STEPS,
	STATS_HOUR_STEP_MS,
	STATS_HOUR_STEPS,
} from "../../../protocol/limits.ts";
import { OPERATIONS } from "../../../protocol/operations.ts";
import type { Problem } from "../../../protocol/problem.ts";
import type { Stats } from "../../../protocol/schema/stats.ts";
import { isoTime } from "../../../protocol/view.ts";
import { addSums, noSums } from "../../../protocol/work-sums.ts";
import type {
	Api,
	Asker,
	StatsSpan,
	StatsView,
	WorkSums,
} from "../../ports.ts";
import { askerOf } from "../door/access.ts";
import { sendJson, sendProblem } from "../door/answer.ts";
import { jointRead } from "../door/joint-read.ts";
import { readQuery } from "../door/query.ts";
import type { Handlers } from "../door/serve.ts";

type Series = Stats["series"][number];

const SPANS = {
	hour: { stepMs: STATS_HOUR_STEP_MS, steps: STATS_HOUR_STEPS },
	day: { stepMs: STATS_DAY_STEP_MS, steps: STATS_DAY_STEPS },
} as const;

const badSpan: Problem = {
	code: "invalid",
	detail: 'The parameter "over" must be "hour" or "day".',
	field: "over",
};

export function statsHandlers(api: Api): Pick<Handlers, "getStats"> {
	const reads = {
		hour: jointRead(() => api.overview.stats("hour")),
		day: jointRead(() => api.overview.stats("day")),
	};
	return {
		getStats: async (request, reply) => {
			const query = readQuery(request, OPERATIONS.getStats.query);
			if (!query.ok) return sendProblem(reply, query.problem);
			const { over = "hour", queue, type } = query.given;
			if (over !== "hour" && over !== "day") return sendProblem(reply, badSpan);
			const view = await reads[over]();
			const asker = askerOf(request);
			const isMeant = (series: WorkSums) =>
				isOwn(asker, series) &&
				(queue === undefined || series.queue === queue) &&
				(type === undefined || series.type === type);
			const stats = readStats(over, view, isMeant);
			return sendJson(reply, 200, JSON.stringify(stats));
		},
	};
}

/** Whether the asker may see a series. Those beyond the most that are kept are added up in one, of all queues and types. */
function isOwn(asker: Asker, { queue, type }: WorkSums): boolean {
	if (!isRestricted(asker)) return true;
	const isOfMany = queue === "other" && type === "other";
	return !isOfMany && reaches(asker, { queue, type });
}

function readStats(
	over: StatsSpan,
	{ asOfMs, steps }: StatsView,
	isMeant: (series: WorkSums) => boolean,
): Stats {
	const { stepMs, steps: count } = SPANS[over];
	const sinceMs = asOfMs - (asOfMs % stepMs) - (count - 1) * stepMs;
	const byName = new Map<string, Map<number, WorkSums>>();
	for (const { atMs, series } of steps)
		for (const each of series.filter(isMeant)) {
			const name = `${each.queue} ${each.type}`;
			const own = byName.get(name) ?? new Map<number, WorkSums>();
			byName.set(name, own.set((atMs - sinceMs) / stepMs, each));
		}
	const spanMs = asOfMs - sinceMs;
	const series = [...byName.values()].map((own) =>
		readSeries(own, count, spanMs),
	);
	return {
		...{ over, stepMs, since: isoTime(sinceMs) },
		series: series.sort((a, b) => b.ended - a.ended),
		asOf: isoTime(asOfMs),
	};
}

/** The series as it is answered. `own`: its sums by the number of the step. */
function readSeries(
	own: ReadonlyMap<number, WorkSums>,
	count: number,
	spanMs: number,
): Series {
	const total = noSums();
	for (const each of own.values()) addSums(total, each);
	const [{ queue, type } = { queue: "", type: "" }] = own.values();
	const inSteps = (read: (sums: WorkSums) => number) =>
		Array.from({ length: count }, (_, at) => {
			const sums = own.get(at);
			return sums === undefined ? 0 : Math.round(read(sums));
		});
	const { ended, failed } = total;
	return {
		...{ queue, type, ended, failed },
		perSecond: Math.round((ended / (spanMs / 1_000)) * 1_000) / 1_000,
		wait: timesOf(total.waitMs, total.waits),
		run: timesOf(total.runMs, total.runs),
		steps: {
			ended: inSteps((sums) => sums.ended),
			failed: inSteps((sums) => sums.failed),
			waitMs: inSteps(({ waitMs, waits }) => waitMs / Math.max(1, sum(waits))),
			runMs: inSteps(({ runMs, runs }) => runMs / Math.max(1, sum(runs))),
		},
	};
}

function timesOf(totalMs: number, counts: readonly number[]): Series["wait"] {
	const count = sum(counts);
	if (count === 0) return {};
	const round = (ms: number) => Math.round(ms * 10) / 10;
	return {
		meanMs: round(totalMs / count),
		p50Ms: round(quantileMs(counts, 0.5 * count)),
		p99Ms: round(quantileMs(counts, 0.99 * count)),
	};
}

/** The value at a rank; within a bucket, values are assumed to be spread evenly. */
function quantileMs(counts: readonly number[], rank: number): number {
	let before = 0;
	for (const [at, count] of counts.entries()) {
		const [from = 0, to] = [WORK_BOUNDS_S[at - 1], WORK_BOUNDS_S[at]];
		if (to === undefined) return from * 1_000;
		if (before + count >= rank)
			return (from + ((to - from) * (rank - before)) / count) * 1_000;
		before += count;
	}
	return 0;
}

function sum(counts: readonly number[]): number {
	return counts.reduce((total, count) => total + count, 0);
}
