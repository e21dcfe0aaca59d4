/**
 * A task ends as its own code makes it end: what works succeeds, however many nodes died
 * under it, as long as others ran on them too. Only a task that crashed too often, or that
 * was all its nodes ran when they were lost, must be suspected itself.
 */
import {
	ATTEMPTS_KEPT_MAX,
	CRASHES_MAX,
	LOSSES_ALONE_MAX,
	LOSSES_SHARED_MAX,
} from "../../protocol/limits.ts";
import { isEnded } from "../../protocol/state.ts";
import { type History, lastRead, type ReadEvent } from "./history.ts";

type AttemptRead = ReadEvent["attempts"][number];

export function judgeOutcomes({ tasks }: History): string[] {
	const broken: string[] = [];
	const reads = [...tasks.values()].flatMap((task) => lastRead(task) ?? []);
	const lost = idsLost(reads);
	for (const task of tasks.values()) {
		const expected = task.submits[0]?.expected;
		const read = lastRead(task);
		if (expected === undefined || read === undefined) continue;
		if (!isEnded(read.state) || outcomeOf(read) === expected) continue;
		if (outcomeOf(read) === "crashed" && isSuspect(read, lost)) continue;
		broken.push(
			`${task.id} ended as ${outcomeOf(read)} where its code makes ${expected}, after attempts that ended ${read.attempts.map(({ end }) => end).join(", ")}`,
		);
	}
	return broken;
}

function outcomeOf({ state, errorCode }: ReadEvent): string {
	return state === "FAILURE" && errorCode === "crashed" ? "crashed" : state;
}

/** Whether it was given up by the rules: crashed too often, or lost too often with nothing else. */
function isSuspect(
	{ id, attempts }: ReadEvent,
	lost: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
	const crashes = attempts.filter(({ end }) => end === "crashed").length;
	const losses = attempts.filter(isLost);
	const alone = losses.filter(({ session = id }) => {
		const with_ = lost.get(session);
		return with_ === undefined || with_.size === 1;
	});
	return (
		crashes >= CRASHES_MAX ||
		(losses.length >= LOSSES_SHARED_MAX + LOSSES_ALONE_MAX &&
			alone.length >= LOSSES_ALONE_MAX) ||
		attempts.length >= ATTEMPTS_KEPT_MAX
	);
}

/** By session, as far as they are known: the tasks that were lost with it. */
function idsLost(
	reads: readonly ReadEvent[],
): ReadonlyMap<string, ReadonlySet<string>> {
	const lost = new Map<string, Set<string>>();
	for (const { id, attempts } of reads)
		for (const { session } of attempts.filter(isLost))
			if (session !== undefined)
				lost.set(session, (lost.get(session) ?? new Set()).add(id));
	return lost;
}

function isLost({ end }: AttemptRead): boolean {
	return end === "lease-lost" || end === "revoked";
}
