/**
 * One submission over HTTP, and what its client may conclude from the answer.
 *
 * `refused` only where the task is certainly not taken: nothing was sent, or
 * the node said so. Whatever else went wrong on the way leaves it `unknown`.
 */
import type {
	BatchAnswer,
	ProblemAsRead,
	TaskAsSubmitted,
} from "../../protocol/schema.ts";

/** A client's patience: longer than a node takes to say that it cannot. */
const ANSWER_MS_MAX = 4_000;

export type Outcome = "ok" | "refused" | "unknown";

/** Outcomes in order. Never throws: trouble is what is asked for here. */
export async function submit(
	url: string,
	tasks: readonly TaskAsSubmitted[],
): Promise<Outcome[]> {
	const [only] = tasks;
	const body = JSON.stringify(tasks.length === 1 ? only : tasks);
	try {
		const answer = await fetch(`${url}/v1/tasks`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body,
			signal: AbortSignal.timeout(ANSWER_MS_MAX),
		});
		const said: unknown = await answer.json();
		return tasks.length === 1
			? [outcomeOf(answer.status, said)]
			: readItems(tasks.length, answer.status, said);
	} catch (error) {
		return tasks.map(() => (isRefusal(error) ? "refused" : "unknown"));
	}
}

function readItems(count: number, status: number, said: unknown): Outcome[] {
	if (typeof said !== "object" || said === null || !("tasks" in said)) {
		return Array.from({ length: count }, () => outcomeOf(status, said));
	}
	const { tasks } = said as BatchAnswer;
	if (tasks.length !== count) {
		throw new Error(`${tasks.length} answers to ${count} tasks`);
	}
	return tasks.map((item) => outcomeOf(item.status, item.problem));
}

/** @param problem of whatever was not taken. */
function outcomeOf(status: number, problem: unknown): Outcome {
	if (status === 200 || status === 202) return "ok";
	const { code } = problem as Partial<ProblemAsRead>;
	return code === "outcome_unknown" || status === 500 ? "unknown" : "refused";
}

/** Nobody listened there: nothing was sent. */
function isRefusal(error: unknown): boolean {
	const { cause } = error as { cause?: { code?: string } };
	return cause?.code === "ECONNREFUSED";
}
