/**
 * Submissions that come too late for what they say themselves: as new tasks they would
 * expire before they are due, and are refused. But who was not told what became of a task
 * sends it again, perhaps only after its expiry. It is the task that is there then, as at
 * any other time, and not one that was never taken.
 */
import type { Api } from "../../ports.ts";
import { problemOf } from "../door/answer.ts";
import type { Checked } from "./submission.ts";

/** A late task is good after all if there is one of its id; whether the same, the store says. */
export async function admitKnown(api: Api, checked: Checked): Promise<Checked> {
	if (checked.ok || checked.late === undefined) return checked;
	const { late: task, problem } = checked;
	try {
		const isKnown = (await api.tasks.get(task.id)) !== undefined;
		return isKnown ? { ok: true, task } : { ok: false, problem };
	} catch (error) {
		const trouble = problemOf(error, "GET");
		if (trouble === undefined) throw error;
		return { ok: false, problem: trouble };
	}
}

export async function admitAllKnown(
	api: Api,
	checked: readonly Checked[],
): Promise<readonly Checked[]> {
	return checked.some((each) => !each.ok && each.late !== undefined)
		? await Promise.all(checked.map((each) => admitKnown(api, each)))
		: checked;
}
