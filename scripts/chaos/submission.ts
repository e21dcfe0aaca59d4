/**
 * One submission over HTTP, and what its client may conclude from the answer.
 *
 * `refused` only where the task is certainly not taken: nothing was sent, or
 * the node said so. Whatever else went wrong on the way leaves it `unknown`.
 */
import type {
	ItemAnswer,
	ProblemAsRead,
	TaskAsSubmitted,
} from "../../protocol/schema.ts";

/** A client's patience: longer than a node takes to say that it cannot. */
const ANSWER_MS_MAX = 4_000;

export interface Told {
	readonly outcome: "ok" | "refused" | "unknown";
	/** Why, where it is not `ok`: the problem's code, or the connection's. */
	readonly why?: string;
}

/** Answers in order. Never throws: trouble is what is asked for here. */
export async function submit(
	url: string,
	tasks: readonly TaskAsSubmitted[],
): Promise<Told[]> {
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
			? [readOne(answer.status, said)]
			: readMany(tasks.length, answer.status, said);
	} catch (error) {
		const told = readTrouble(error as Error);
		return tasks.map(() => told);
	}
}

function readMany(count: number, status: number, said: unknown): Told[] {
	if (typeof said !== "object" || said === null || !("tasks" in said)) {
		return Array.from({ length: count }, () => readOne(status, said));
	}
	const { tasks } = said as { tasks: ItemAnswer[] };
	if (tasks.length !== count) {
		throw new Error(`${tasks.length} answers to ${count} tasks`);
	}
	return tasks.map((item) => readOne(item.status, item.problem));
}

/** @param problem of whatever was not taken. */
function readOne(status: number, problem: unknown): Told {
	if (status === 200 || status === 202) return { outcome: "ok" };
	const { code = "internal" } = problem as Partial<ProblemAsRead>;
	const unsure = code === "outcome_unknown" || code === "internal";
	return { outcome: unsure ? "unknown" : "refused", why: code };
}

/** Where nobody listened, nothing was sent. */
function readTrouble(error: Error): Told {
	const { code } = (error.cause ?? {}) as { code?: string };
	const why = code ?? error.name;
	return { outcome: why === "ECONNREFUSED" ? "refused" : "unknown", why };
}
