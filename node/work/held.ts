/** A task in this node's hands, from its delivery until it leaves, and what is to become of it. */
import type { LossReason } from "../../protocol/loss.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import type { Job } from "../ports.ts";
import type { RouteRuns } from "./route-runs.ts";
import type { Indexed } from "./task-index.ts";

export interface Held extends Indexed<Held> {
	readonly task: ClaimedTask;
	readonly job: Job;
	readonly shard: number;
	/** What becomes of the task if it ends now. */
	fate: "report" | "cancel" | "give-back" | "let-go";
	/** Why it is given back, if it is. */
	why: LossReason;
	/** Whether the task's code runs to its end even if the lease is lost. */
	readonly runsOn: boolean;
	/** The counts of its route. */
	runs: RouteRuns | undefined;
	/** Resolves when the task has left. */
	over: Promise<void>;
}

const OVER = Promise.resolve();

/** A task that has come into this node's hands. `chain`: that of its id, see task-index.ts. */
export function heldTask(
	task: ClaimedTask,
	job: Job,
	shard: number,
	chain: number,
): Held {
	const { id, options } = task;
	return {
		id,
		chain,
		next: undefined,
		task,
		job,
		shard,
		fate: "report",
		why: "stopping",
		runsOn: options.onLeaseLost === "continue",
		runs: undefined,
		over: OVER,
	};
}

/**
 * Settles what becomes of an attempt that is stopped. A cancelled one ends, unless that is
 * no longer for this node to decide.
 */
export function settle(
	held: Held,
	fate: Held["fate"],
	why: LossReason = "stopping",
): void {
	if (held.fate !== "report" && fate !== "let-go") return;
	held.fate = fate;
	held.why = why;
}

/**
 * Whether the attempt is to go on. A cancelled one runs until it heeds that, or until its
 * time is over.
 */
export function isGoingOn({ fate }: Held): boolean {
	return fate === "report" || fate === "cancel";
}

/** What the outcome does not say about the task's end. */
export function howOf({ fate }: Held): "lost" | "cancelled" | undefined {
	if (fate === "let-go") return "lost";
	return fate === "cancel" ? "cancelled" : undefined;
}
