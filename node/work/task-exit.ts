/**
 * The one door by which a task leaves the node's hands. What became of the job decides
 * whether the task has ended or is given back, and with what. The runner hands that to the
 * finisher of the task's shard.
 */
import type { Backoff } from "../../protocol/backoff.ts";
import type { LossReason } from "../../protocol/loss.ts";
import type { ClaimedTask, TaskEnd, TaskError } from "../../protocol/task.ts";
import type {
	GiveBack,
	Job,
	JobOutcome,
	Random,
	Unfinished,
} from "../ports.ts";
import { retryAfterMs } from "./retry.ts";

/** Where the tasks of a shard leave: what the runner needs of its engine. */
export interface TaskExit {
	/** See finisher.ts. */
	readonly finisher: {
		/** The number of attempts whose end is not on its way to the store yet. */
		readonly unsent: number;
		/** Whether these ends take more memory than they may. */
		readonly clogged: boolean;
		finish(end: TaskEnd): void;
		giveBack(returned: Returned): void;
	};
	/** The chance for the jitter of retries. */
	readonly random: Pick<Random, "unit">;
	/** See renewer.ts. */
	readonly renewer: { storeNowMs(): number };
}

type Reckoning = Pick<TaskExit, "random" | "renewer">;

/** A task given back, and the route on which it waits again. */
export type Returned = GiveBack & Pick<ClaimedTask, "route" | "priority">;

/** A task as it leaves: only an end has a state. */
export type Left = TaskEnd | Returned;

/** A task that leaves, and what was settled for it while it was here. */
export interface Leaving {
	readonly task: ClaimedTask;
	readonly job: Pick<Job, "retries" | "failures">;
	readonly backoff: Backoff;
	/**
	 * Somebody asked the task to end: it does, unless there is a result. A task that has
	 * not begun, or died with its worker, is given back like any other, and the store ends
	 * it.
	 */
	readonly cancelled: boolean;
	/** Why it was stopped, if it was and is to run again. */
	readonly why: LossReason;
}

const SUSPECT = "The worker that ran it with other tasks died.";
const DISPLACED = "displaced" satisfies LossReason;
const GIVEN_BACK = ["not-begun", "crashed", "displaced"] as const;

const CANCELLED: TaskError = {
	code: "cancelled",
	message: "It was cancelled while it ran.",
};

/** What a task leaves as, given the outcome of its job. */
export function leave(
	leaving: Leaving,
	outcome: JobOutcome,
	exit: Reckoning,
): Left {
	const { task, cancelled } = leaving;
	if (outcome.kind === "success") {
		const { result } = outcome;
		const attempt = attemptOf(task, outcome.ranMs, exit);
		return { ...attempt, state: "SUCCESS", result };
	}
	if (cancelled && !isGivenBack(outcome)) {
		const end = { state: "CANCELLED", end: "cancelled" } as const;
		const attempt = attemptOf(task, outcome.ranMs, exit);
		return { ...attempt, ...end, error: CANCELLED };
	}
	return leaveWithoutResult(leaving, outcome, exit);
}

/** Whether the task is given back: it has not begun, or has died with its worker. */
function isGivenBack(
	outcome: JobOutcome,
): outcome is Extract<JobOutcome, { kind: (typeof GIVEN_BACK)[number] }> {
	return (GIVEN_BACK as readonly string[]).includes(outcome.kind);
}

function leaveWithoutResult(
	leaving: Leaving,
	outcome: Exclude<JobOutcome, { kind: "success" }>,
	exit: Reckoning,
): Left {
	const { task, why } = leaving;
	switch (outcome.kind) {
		case "timeout":
		case "failure":
			return fail(leaving, outcome, exit);
		case "snoozed":
			return {
				...attemptOf(task, outcome.ranMs, exit),
				...{ route: task.route, priority: task.priority },
				...{ end: "snoozed", error: undefined, afterMs: outcome.afterMs },
			};
		case "crashed":
			return giveBack(task, "crashed", outcome.message, exit, outcome);
		case "displaced":
			// A suspect counts as crashed, so that it runs alone next time, when the worker's
			// end can be charged to one task.
			return outcome.suspect
				? giveBack(task, "crashed", SUSPECT, exit, outcome)
				: giveBack(task, "handed-back", DISPLACED, exit, outcome);
		case "not-begun":
			return handBack(task, exit);
		case "aborted":
			return giveBack(task, "handed-back", why, exit, outcome);
	}
}

/** What a task that never began here is given back as. */
export function handBack(task: ClaimedTask, exit: Reckoning): Returned {
	return giveBack(task, "not-begun", "", exit);
}

function giveBack(
	task: ClaimedTask,
	end: Unfinished["end"],
	message: string,
	exit: Reckoning,
	{ ranMs }: { readonly ranMs?: number } = {},
): Returned {
	const { id, token, route, priority } = task;
	const began = ranMs !== undefined && {
		startedMs: startedMs(task, ranMs, exit),
	};
	return { id, token, route, priority, end, message, ...began };
}

/** The attempt failed: the task is tried again, or this was its last attempt. */
function fail(
	{ task, job, backoff }: Leaving,
	outcome: Extract<JobOutcome, { kind: "failure" | "timeout" }>,
	exit: Reckoning,
): Left {
	const { kind: end, error } = outcome;
	const { route, priority } = task;
	const attempt = attemptOf(task, outcome.ranMs, exit);
	const wish = outcome.kind === "failure" ? outcome : {};
	const afterMs = retryAfterMs(job, backoff, wish, exit.random.unit());
	if (afterMs === undefined)
		return { ...attempt, state: "FAILURE", end, error };
	return { ...attempt, route, priority, end, error, afterMs };
}

function attemptOf(task: ClaimedTask, ranMs: number, exit: Reckoning) {
	const { id, token, round, route, options } = task;
	const about = { round, route, tags: options.tags };
	return { id, token, startedMs: startedMs(task, ranMs, exit), about };
}

/**
 * When the attempt began, in the store's time, which this node only estimates: never
 * before the claim.
 */
function startedMs(
	{ claimedMs }: ClaimedTask,
	ranMs: number,
	{ renewer }: Reckoning,
): number {
	return Math.max(claimedMs, renewer.storeNowMs() - ranMs);
}
