/** What a submission is answered with: what became of it in the store, in words for its sender. Pure. */
import type { ProblemCode } from "../../protocol/problem.ts";
import { isSameTask } from "../../protocol/same-task.ts";
import type { ClaimedTask, NewTask } from "../../protocol/task.ts";
import {
	STORE_PROBLEMS,
	StoreError,
	type Submission,
	type Submitted,
} from "../ports.ts";

const NO_ROOM = {
	too_many_routes:
		"Too many queues, types and label sets have work waiting; wait until nodes have served some.",
	too_many_unserved:
		"No node serves this queue, type and labels, and work of too many others that none serves is waiting already; check how they are spelt, or start a node that serves them.",
} as const;

/** Accepted, existing, or the code of a refusal. */
export function outcomeOf(submitted: Submitted): string {
	if (!submitted.ok) return submitted.problem.code;
	return submitted.created ? "accepted" : "existing";
}

/** The answer to a submission. `stopping`: the node takes no more tasks. */
export function describe(
	task: NewTask,
	outcome: Submission | "stopping",
	node: string,
): Submitted {
	const refuse = (
		code: ProblemCode,
		detail: string,
		field?: string,
	): Submitted => ({
		ok: false,
		problem: { code, detail, ...(field === undefined ? {} : { field }) },
	});
	if (outcome === "overloaded")
		return refuse(
			"overloaded",
			"More tasks wait here than this node can pass on; try again shortly, or another node.",
		);
	if (outcome === "stopping")
		return refuse("stopping", "This node is stopping; try another one.");
	if (outcome instanceof StoreError)
		return { ok: false, problem: STORE_PROBLEMS[outcome.kind] };
	if (!outcome.ok) return refuse(outcome.code, NO_ROOM[outcome.code], "queue");
	if (outcome.created) return taken(outcome.id ?? task.id, node, outcome);
	if (isSameTask(task, outcome.existing))
		return {
			ok: true,
			created: false,
			id: task.id,
			existing: outcome.existing,
		};
	return refuse(
		"conflict",
		`The id "${task.id}" is taken by a task with other content; choose another id.`,
		"id",
	);
}

/** The answer for a new task, which this node has if the step that stored it also claimed it. */
function taken(
	id: string,
	node: string,
	{ claimed: run, scheduled }: { claimed?: ClaimedTask; scheduled?: true },
): Submitted {
	if (scheduled) return { ok: true, created: true, id, scheduled };
	if (run === undefined) return { ok: true, created: true, id };
	const { attempt, token } = run;
	return { ok: true, created: true, id, started: { attempt, node, token } };
}
