/**
 * What is reported of attempts is true: if one is said to have begun, its code did, on
 * that node and not before it was claimed; and one that was lost says why. And all are
 * reported whose code has begun.
 */
import { ATTEMPTS_KEPT_MAX, SPIN_MS } from "../../protocol/limits.ts";
import type { History } from "./history.ts";
import type { ReadEvent } from "./readings.ts";
import { lastRead, type TaskHistory } from "./task-history.ts";

/**
 * The longest time from a claim to the start of the code; later it may have begun
 * elsewhere, as a claim whose answer was under way may be lost.
 */
const BEGUN_MS = SPIN_MS;

export function judgeToldAttempts({ tasks, lostWritesMs }: History): string[] {
	const broken: string[] = [];
	for (const task of tasks.values()) {
		const { id, starts, reads } = task;
		broken.push(...untoldIn(task, lostWritesMs));
		const began = new Set(starts.map(({ token, node }) => `${token} ${node}`));
		for (const read of reads)
			if (read.kind === "read")
				for (const attempt of read.attempts)
					broken.push(
						...flawsOf(attempt, began).map(
							(flaw) => `${id}, token ${attempt.token}, ${flaw}`,
						),
					);
	}
	return broken;
}

/** Attempts that were seen to begin, and are missing from the task's own history, which should be complete. */
function untoldIn(
	task: TaskHistory,
	lostWritesMs: readonly number[],
): string[] {
	const { id, starts, removes } = task;
	const read = lastRead(task);
	if (read === undefined || read.attempts.length >= ATTEMPTS_KEPT_MAX)
		return [];
	// It may be another task, submitted anew.
	if (removes.length > 0) return [];
	const told = new Set(read.attempts.map(({ token }) => token));
	return starts
		.filter(({ token }) => !told.has(token))
		.filter(({ atMs }) => !lostWritesMs.some((ms) => ms >= atMs - BEGUN_MS))
		.map(
			({ token, node, atMs }) =>
				`${id} began on ${node} at ${atMs} ms (token ${token}), which its attempts do not tell`,
		);
}

function flawsOf(
	{ token, node, claimedMs = 0, startedMs, end, why }: Told,
	began: ReadonlySet<string>,
): string[] {
	const flaws: string[] = [];
	if (startedMs !== undefined && !began.has(`${token} ${node}`))
		flaws.push(`is said to have begun on ${node}, and did not`);
	if (startedMs !== undefined && startedMs < claimedMs)
		flaws.push(`began at ${startedMs}, and was claimed at ${claimedMs}`);
	if ((end === "revoked" || end === "lease-lost") && why === "")
		flaws.push("was lost and does not say why");
	return flaws;
}

type Told = ReadEvent["attempts"][number];
