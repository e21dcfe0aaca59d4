/**
 * RunMeter: what becomes of the tasks in this node's hands: how they end, and how long they
 * wait and run; by type since the node began, and by queue and type since that was last
 * taken. It also tells which types are short: such tasks run where they came, because to
 * hand them to another node would take longer.
 *
 * A task's route is looked up once, as it comes; at its end all is at hand.
 */
import {
	Histogram,
	Labelled,
	OTHER,
	WORK_BOUNDS_S,
} from "../../protocol/instruments.ts";
import { SPREAD_MS_MIN, STATS_ROUTES_MAX } from "../../protocol/limits.ts";
import { formatRoute, parseRoute } from "../../protocol/route.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { momentsOf, timesOf } from "../../protocol/task-times.ts";
import { addSums, noSums, type Sums } from "../../protocol/work-sums.ts";
import type { JobOutcome, WorkSums } from "../ports.ts";
import type { RouteRuns, RunEnd, TypeRuns } from "./route-runs.ts";

/** The weight of the newest measurement in the moving average. */
const NEWEST = 1 / 8;

/** How an attempt that was not cancelled ends, by the outcome of its job. */
const END_OF: Readonly<Record<JobOutcome["kind"], RunEnd | undefined>> = {
	success: "success",
	failure: "failure",
	timeout: "timeout",
	snoozed: "snoozed",
	crashed: "crashed",
	displaced: "handed-back",
	aborted: "handed-back",
	"not-begun": undefined,
};

export class RunMeter {
	/** How long tasks waited from when they were due to their first claims, in seconds. */
	readonly waitedS = new Histogram(WORK_BOUNDS_S);
	readonly byType = new Labelled<TypeRuns>(newRuns);
	readonly #byRoute = new Labelled<RouteRuns>(
		(route) => this.#newRoute(route),
		STATS_ROUTES_MAX,
	);

	/** Counts a task that was claimed, and is to run here. Its end is to be counted in what this returns. */
	claimed(task: ClaimedTask): RouteRuns {
		const runs = this.#byRoute.at(task.route);
		if (task.attempt > 1) return runs;
		const waitMs = Math.max(0, task.claimedMs - dueMsOf(task));
		const at = this.waitedS.observe(waitMs / 1_000);
		const { waits } = sumsOf(runs);
		waits[at] = (waits[at] ?? 0) + 1;
		sumsOf(runs).waitMs += waitMs;
		return runs;
	}

	/** Counts the end of a job. `how` is `lost` or `cancelled`, if it was. */
	over(
		runs: RouteRuns,
		outcome: JobOutcome,
		how: "lost" | "cancelled" | undefined,
	): void {
		const { kind } = outcome;
		const stopped = kind === "success" ? undefined : how;
		const end = how === "lost" ? how : (stopped ?? END_OF[kind]);
		if (end === undefined || kind === "not-begun") return;
		const { ofType } = runs;
		ofType.ends[end] += 1;
		const { ranMs } = outcome;
		if (ranMs === undefined) return;
		const at = ofType.ranS.observe(ranMs / 1_000);
		const isFailed = end === "failure" || end === "timeout";
		if (isFailed || end === "success")
			addRun(sumsOf(runs), ranMs, at, isFailed);
		if (kind !== "success" && kind !== "failure") return;
		const before = ofType.meanMs ?? ranMs;
		ofType.meanMs = before + (ranMs - before) * NEWEST;
	}

	/** Whether tasks of the type are short. A type of which none has run here yet may be a long one. */
	isShort(type: string): boolean {
		return (this.byType.get(type)?.meanMs ?? SPREAD_MS_MIN) < SPREAD_MS_MIN;
	}

	/** Takes the sums since this was last asked, by queue and type. */
	takeSums(): WorkSums[] {
		const all = new Map<string, WorkSums & Sums>();
		for (const [, runs] of this.#byRoute) {
			const { queue, type, sums } = runs;
			if (sums === undefined) continue;
			runs.sums = undefined;
			const known = all.get(`${queue} ${type}`);
			if (known === undefined)
				all.set(`${queue} ${type}`, { queue, type, ...sums });
			else addSums(known, sums);
		}
		return [...all.values()];
	}

	/** Puts sums back that could not be passed on. */
	putBack(sums: readonly WorkSums[]): void {
		for (const each of sums) {
			const { queue, type } = each;
			const route = formatRoute({ queue, type, labels: [] });
			addSums(sumsOf(this.#byRoute.at(route)), each);
		}
	}

	#newRoute(route: string): RouteRuns {
		const { queue = OTHER, type = OTHER } = parseRoute(route) ?? {};
		return { queue, type, ofType: this.byType.at(type), sums: undefined };
	}
}

function sumsOf(runs: RouteRuns): Sums {
	runs.sums ??= noSums();
	return runs.sums;
}

function addRun(
	sums: Sums,
	ranMs: number,
	at: number,
	isFailed: boolean,
): void {
	sums.ended += 1;
	if (isFailed) sums.failed += 1;
	sums.runMs += ranMs;
	sums.runs[at] = (sums.runs[at] ?? 0) + 1;
}

function newRuns(): TypeRuns {
	return {
		meanMs: undefined,
		ends: {
			...{ success: 0, failure: 0, timeout: 0, snoozed: 0, cancelled: 0 },
			...{ crashed: 0, "handed-back": 0, lost: 0 },
		},
		ranS: new Histogram(WORK_BOUNDS_S),
	};
}

/** When a task's first attempt was due. */
function dueMsOf({ options, createdMs }: ClaimedTask): number {
	const times = options === PLAIN ? undefined : timesOf(options);
	if (times === undefined) return createdMs;
	return Math.max(createdMs, momentsOf(times, createdMs).dueMs ?? 0);
}
