/**
 * Submissions that come too late for what they say themselves: as new tasks they would
 * expire before they are due, and are refused. But a sender that was not told what became
 * of a task sends it again, perhaps only after its expiry. Then the answer is the task that
 * is there, as at any other time, and not a refusal.
 *
 * Many may come so in one request, and the tasks that are there may be large. The store is
 * asked for all of a chunk together, and says no more than it takes to compare them.
 */
import type { NewTask } from "../../../protocol/task.ts";
import type { Api, Submitted } from "../../ports.ts";
import { problemOf } from "../door/answer.ts";
import type { Checked } from "./submission.ts";

type Answers = readonly (Submitted | undefined)[];

/**
 * Answers to those that are no good as new tasks, in order; undefined for the good ones.
 * `known` looks up those that are late.
 */
export async function answerRefused(
	checked: readonly Checked[],
	known: (late: readonly NewTask[]) => Promise<Answers> | Answers,
): Promise<Answers> {
	const late = checked.flatMap((each) => lateOf(each) ?? []);
	const answers = late.length === 0 ? [] : await known(late);
	let next = 0;
	return checked.map((each) => {
		if (each.ok) return undefined;
		const { problem } = each;
		const refused = { ok: false, problem } as const;
		return each.late === undefined ? refused : (answers[next++] ?? refused);
	});
}

function lateOf(checked: Checked): NewTask | undefined {
	return checked.ok ? undefined : checked.late;
}

/** Looks up those that are late, in order; undefined for those that are not there. */
export async function lookUpLate(
	api: Api,
	late: readonly NewTask[],
): Promise<Answers> {
	try {
		return await api.tasks.known(late);
	} catch (error) {
		const problem = problemOf(error, "GET");
		if (problem === undefined) throw error;
		return late.map(() => ({ ok: false, problem }));
	}
}
