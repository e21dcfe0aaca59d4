/**
 * The one door by which a task leaves the node's hands: what became of the job decides
 * whether it has ended or is given back, and how that is told.
 */
import type { ClaimedTask, TaskEnd } from "../../protocol/task.ts";
import type { GiveBack, JobOutcome } from "../ports.ts";

/** Where the tasks of a shard leave: what the runner needs of its engine. */
export interface TaskExit {
	/** See finisher.ts. */
	readonly finisher: {
		/** Attempts whose end is not on its way to the store yet. */
		readonly unsent: number;
		/** These take more memory than they may. */
		readonly clogged: boolean;
		finish(end: TaskEnd): void;
		giveBack(
			returned: GiveBack & Pick<ClaimedTask, "route" | "priority">,
		): void;
	};
	/** See renewer.ts. */
	readonly renewer: { storeNowMs(): number };
}

/** What is told of a task whose job has come to this. */
export function leave(
	task: ClaimedTask,
	outcome: JobOutcome,
	exit: TaskExit,
): void {
	const { id, token } = task;
	switch (outcome.kind) {
		case "success":
			exit.finisher.finish({
				id,
				token,
				startedMs: startedMs(task, outcome.ranMs, exit),
				state: "SUCCESS",
				result: outcome.result,
			});
			return;
		case "failure":
			exit.finisher.finish({
				id,
				token,
				startedMs: startedMs(task, outcome.ranMs, exit),
				state: "FAILURE",
				end: "failure",
				error: outcome.error,
			});
			return;
		case "crashed":
			giveBack(task, "crashed", outcome.message, exit);
			return;
		case "displaced":
			// A suspect counts as crashed, so that it runs alone next, where the
			// worker's end can be laid to one task.
			giveBack(
				task,
				outcome.suspect ? "crashed" : "handed-back",
				"The worker that ran it with other tasks died.",
				exit,
			);
			return;
		case "aborted":
			handBack(task, exit);
	}
}

/** As if it had never been claimed. */
export function handBack(task: ClaimedTask, exit: TaskExit): void {
	giveBack(task, "handed-back", "", exit);
}

function giveBack(
	{ id, token, route, priority }: ClaimedTask,
	end: GiveBack["end"],
	message: string,
	{ finisher }: TaskExit,
): void {
	finisher.giveBack({ id, token, route, priority, end, message });
}

/** In the store's time, which this node only reckons: never before the claim. */
function startedMs(
	{ claimedMs }: ClaimedTask,
	ranMs: number,
	{ renewer }: TaskExit,
): number {
	return Math.max(claimedMs, renewer.storeNowMs() - ranMs);
}
