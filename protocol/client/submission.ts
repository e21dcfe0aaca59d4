/**
 * Submits tasks, and says what their sender may conclude from the answer.
 *
 * `refused` only if a task is certainly not taken: nothing was sent, or the
 * node said so. Whatever else went wrong on the way leaves it `unknown`.
 */

import type { TaskAsSubmitted } from "../schema/submitted.ts";
import type { ItemAnswer, ProblemAsRead } from "../schema.ts";
import { type Client, NoAnswer } from "./client.ts";

export interface Submitted {
	readonly outcome: "ok" | "refused" | "unknown";
	/** Why the outcome is not `ok`: the problem's code, or the connection's. */
	readonly why?: string;
}

/** Submits tasks; outcomes in order. If the node is in trouble, or there is none, that is the outcome of each. */
export async function submit(
	client: Client,
	tasks: readonly TaskAsSubmitted[],
): Promise<readonly Submitted[]> {
	const [only] = tasks;
	const body = tasks.length === 1 && only !== undefined ? only : tasks;
	try {
		const answer = await client.ask("submitTasks", { body });
		if (!answer.ok) return tasks.map(() => refusal(answer.problem));
		if (!("tasks" in answer.value)) return [{ outcome: "ok" }];
		const items = answer.value.tasks;
		if (items.length !== tasks.length) {
			throw new Error(`${items.length} answers to ${tasks.length} tasks`);
		}
		return items.map(outcomeOf);
	} catch (error) {
		if (!(error instanceof NoAnswer)) throw error;
		const { mayBeDone, why } = error;
		return tasks.map(() => ({
			outcome: mayBeDone ? "unknown" : "refused",
			why,
		}));
	}
}

function outcomeOf({ problem }: ItemAnswer): Submitted {
	return problem === undefined ? { outcome: "ok" } : refusal(problem);
}

/** The outcome of a refusal. A node that met an error of its own cannot say what became of the task. */
function refusal({ code }: Pick<ProblemAsRead, "code">): Submitted {
	const unsure = code === "outcome_unknown" || code === "internal";
	return { outcome: unsure ? "unknown" : "refused", why: code };
}
