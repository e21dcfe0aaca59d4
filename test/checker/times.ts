/**
 * Times: no attempt begins before its task is due. Once the task has expired, no attempt
 * begins first, or after the task was put off; so an expired task has not begun, or was
 * to begin anew. All of this goes by the store's clock, and the store is held to it only
 * as long as nobody has put that clock back. And any node that could deals with what is
 * due in time.
 */

import type { AttemptEnd } from "../../protocol/state.ts";
import type { History } from "./history.ts";
import { ofThisRound, type ReadEvent } from "./readings.ts";
import { couldActMs } from "./waits.ts";

export function judgeTimes({ tasks, clockStepsMs }: History): string[] {
	if (clockStepsMs.length > 0) return [];
	return [...tasks.values()].flatMap(({ reads, patches }) => {
		const isMoved = patches.some(({ isTimed }) => isTimed);
		return reads.flatMap((read) =>
			read.kind === "read" ? flawsOf(read, isMoved) : [],
		);
	});
}

/** What is wrong with one reading. `isMoved`: somebody may have changed when the task is due. */
function flawsOf(read: ReadEvent, isMoved: boolean): string[] {
	// The reading does not say when earlier rounds were due, and had to begin.
	const attempts = ofThisRound(read);
	const { id, state, finishedMs = 0 } = read;
	const { dueMs = 0, expiresMs = Infinity } = read;
	const flaws: string[] = [];
	const putOff = attempts.map(({ end }) => end !== undefined && AGAIN.has(end));
	// The reading says when the task was last due: nothing can be said about attempts before it was put off.
	const timed = attempts.slice(putOff.lastIndexOf(true) + 1);
	// If the time was moved, only an attempt after that certainly heeds it: one that runs, or brought the end.
	const hasBegun = state === "STARTED" || state === "SUCCESS";
	const told = isMoved ? timed.slice(hasBegun ? -1 : timed.length) : timed;
	for (const { token, claimedMs = dueMs } of told)
		if (claimedMs < dueMs)
			flaws.push(
				`${id} was due at ${dueMs}, and its token ${token} was given at ${claimedMs}`,
			);
	for (const [i, { token, claimedMs = 0 }] of attempts.entries())
		if ((i === 0 || putOff[i - 1]) && claimedMs >= expiresMs)
			flaws.push(
				`${id} expired at ${expiresMs}, and its token ${token} was given at ${claimedMs}`,
			);
	if (state !== "EXPIRED") return flaws;
	if (attempts.length > 0 && !putOff.at(-1))
		flaws.push(`${id} is EXPIRED, and had begun for good`);
	if (finishedMs < expiresMs)
		flaws.push(`${id} was to expire at ${expiresMs}, and did at ${finishedMs}`);
	return flaws;
}

/** The ends after which a task has to begin anew, in time. */
const AGAIN: ReadonlySet<AttemptEnd> = new Set([
	...(["failure", "timeout", "snoozed"] as const),
]);

export function judgePunctuality(history: History, withinMs: number): string[] {
	return history.overdue
		.filter((each) => couldActMs(each, history) > withinMs)
		.map(
			({ shard, node, fromMs, untilMs }) =>
				`what was due in shard ${shard} at ${fromMs} ms was left until ${untilMs} ms, while ${node} could see to it`,
		);
}
