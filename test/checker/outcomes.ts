/**
 * A task ends as its own code makes it end: what works succeeds, however many
 * nodes died under it, short of so many that the task itself must be suspected.
 */
import {
	ATTEMPTS_KEPT_MAX,
	CRASHES_MAX,
	LOSSES_MAX,
} from "../../protocol/limits.ts";
import { isEnded } from "../../protocol/state.ts";
import { type History, lastRead, type ReadEvent } from "./history.ts";

export function judgeOutcomes({ tasks }: History): string[] {
	const broken: string[] = [];
	for (const task of tasks.values()) {
		const expected = task.submits[0]?.expected;
		const read = lastRead(task);
		if (expected === undefined || read === undefined) continue;
		if (!isEnded(read.state) || outcomeOf(read) === expected) continue;
		if (outcomeOf(read) === "crashed" && isSuspect(read)) continue;
		broken.push(
			`${task.id} ended as ${outcomeOf(read)} where its code makes ${expected}, after attempts that ended ${read.attempts.map(({ end }) => end).join(", ")}`,
		);
	}
	return broken;
}

function outcomeOf({ state, errorCode }: ReadEvent): string {
	return state === "FAILURE" && errorCode === "crashed" ? "crashed" : state;
}

/** Whether it was given up by the rules: crashed or lost too often. */
function isSuspect({ attempts }: ReadEvent): boolean {
	const count = (...ends: readonly (string | undefined)[]) =>
		attempts.filter(({ end }) => ends.includes(end)).length;
	return (
		count("crashed") >= CRASHES_MAX ||
		count("lease-lost", "revoked") >= LOSSES_MAX ||
		attempts.length >= ATTEMPTS_KEPT_MAX
	);
}
