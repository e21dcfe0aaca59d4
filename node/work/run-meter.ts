/**
 * RunMeter: what becomes of the tasks in this node's hands, by type: how they end, how long they
 * wait and run. What takes less than to hand it to another node would is run where it came.
 */
import {
	Histogram,
	Labelled,
	WORK_BOUNDS_S,
} from "../../protocol/instruments.ts";
import { SPREAD_MS_MIN } from "../../protocol/limits.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { momentsOf, timesOf } from "../../protocol/task-times.ts";
import type { JobOutcome } from "../ports.ts";

/** As an attempt ends; `lost`: with its lease. */
export type RunEnd =
	| ("success" | "failure" | "timeout" | "snoozed" | "cancelled")
	| ("crashed" | "handed-back" | "lost");

/** Of one type. */
interface Runs {
	/** Moving average, ms; undefined before the first. */
	meanMs: number | undefined;
	readonly ends: Record<RunEnd, number>;
	readonly ranS: Histogram;
}

/** Weight of the newest in the moving average. */
const NEWEST = 1 / 8;

/** Ends by how a job came out that was not cancelled. */
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
	/** From when tasks were due to their first claims, in seconds. */
	readonly waitedS = new Histogram(WORK_BOUNDS_S);
	readonly byType = new Labelled<Runs>(newRuns);

	/** A task was claimed, and is to run here. */
	claimed(task: ClaimedTask): void {
		if (task.attempt > 1) return;
		this.waitedS.observe((task.claimedMs - dueMsOf(task)) / 1_000);
	}

	/** A job is over. `how`: `lost`, or `cancelled`, if it was. */
	over(
		type: string,
		outcome: JobOutcome,
		how: "lost" | "cancelled" | undefined,
	): void {
		const runs = this.byType.at(type);
		const { kind } = outcome;
		const stopped = kind === "success" ? undefined : how;
		const end = how === "lost" ? how : (stopped ?? END_OF[kind]);
		if (end === undefined || kind === "not-begun") return;
		runs.ends[end] += 1;
		const { ranMs } = outcome;
		if (ranMs === undefined) return;
		runs.ranS.observe(ranMs / 1_000);
		if (kind !== "success" && kind !== "failure") return;
		const before = runs.meanMs ?? ranMs;
		runs.meanMs = before + (ranMs - before) * NEWEST;
	}

	/** A type of which none has run here yet may be a long one. */
	isShort(type: string): boolean {
		return (this.byType.get(type)?.meanMs ?? SPREAD_MS_MIN) < SPREAD_MS_MIN;
	}
}

function newRuns(): Runs {
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
