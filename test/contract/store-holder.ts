/** What holders report of their attempts, drawn at random: every way in which one ends. */
import type { AttemptName, GiveBack } from "../../node/ports.ts";
import type { ClaimedTask, TaskAbout, TaskEnd } from "../../protocol/task.ts";
import type { SeededRandom } from "../random.ts";

/** Times that come before the next operation, and times that never come. */
export const LAPSING_MS = 1;
export const NEVER_MS = 3_600_000;

/** An attempt that was claimed, or one that nobody ever had. */
export interface Held extends AttemptName {
	readonly about?: TaskAbout | undefined;
}

const ERROR = { code: "failed", message: "of\nno luck alone" };

/** `startedMs`: different each time, to tell them apart. */
export function drawEnd(
	random: SeededRandom,
	{ id, token, about }: Held,
	startedMs: number,
): TaskEnd {
	const told = { id, token, startedMs, ...(about && { about }) };
	if (random.oneIn(2))
		return { ...told, state: "SUCCESS", result: `"${token}"` };
	if (random.oneIn(4))
		return { ...told, state: "CANCELLED", end: "cancelled", error: ERROR };
	const end = random.pick(["failure", "timeout"] as const);
	return { ...told, state: "FAILURE", end, error: ERROR };
}

/** The token it was claimed with, or now and then one that nobody ever had. */
export function drawHeld(random: SeededRandom, task: ClaimedTask): Held {
	const { id, token } = task;
	const told = random.oneIn(12) ? token + 1_000 : token;
	return { id, about: aboutOf(task), token: told };
}

export function aboutOf({ route, round, options }: ClaimedTask): TaskAbout {
	return { route, round, tags: options.tags };
}

export function drawGiveBack(
	random: SeededRandom,
	{ id, token }: AttemptName,
): GiveBack {
	if (random.oneIn(2)) {
		const end = random.pick(["handed-back", "crashed", "not-begun"] as const);
		const message = end === "crashed" ? `crashed "${id}"\nalone` : "stopping";
		const began = random.oneIn(2) && { startedMs: 5 };
		return { id, token, end, message, ...began };
	}
	const afterMs = random.pick([0, LAPSING_MS, NEVER_MS, 2 * NEVER_MS]);
	const end = random.pick(["failure", "timeout", "snoozed"] as const);
	const error = end === "snoozed" ? undefined : ERROR;
	return { id, token, end, error, startedMs: 7, afterMs };
}
