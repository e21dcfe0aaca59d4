/**
 * Only the moves of `protocol/moves.ts` happen, as far as they can be seen from outside:
 * in how the attempts of a task ended, one after another, and in what was read of it at
 * different times.
 */
import { MOVES, statesAfter, statesAfterEnd } from "../../protocol/moves.ts";
import {
	type AttemptEnd,
	isEnded,
	TASK_STATES,
	type TaskState,
} from "../../protocol/state.ts";
import type { History } from "./history.ts";
import type { ReadEvent } from "./readings.ts";
import type { TaskHistory } from "./task-history.ts";

const REACHABLE = reachable();

export function judgeTransitions({ tasks }: History): string[] {
	return [...tasks.values()].flatMap((task) => [
		...judgeReads(task),
		...task.reads.flatMap((read) =>
			read.kind === "read" ? judgeAttempts(read) : [],
		),
	]);
}

function judgeReads({ id, reads }: TaskHistory): string[] {
	const broken: string[] = [];
	for (const [i, read] of reads.entries()) {
		const former = reads[i - 1];
		if (former?.kind !== "read" || read.kind !== "read") continue;
		if (isEnded(former.state)) {
			if (ending(former) !== ending(read))
				broken.push(
					`${id} had ended as ${ending(former)} at ${former.atMs} ms, and is ${ending(read)} at ${read.atMs} ms`,
				);
		} else if (!REACHABLE[former.state].has(read.state)) {
			broken.push(
				`${id} was ${former.state} at ${former.atMs} ms and ${read.state} at ${read.atMs} ms`,
			);
		}
	}
	return broken;
}

function judgeAttempts(read: ReadEvent): string[] {
	const { id, state, round = 1, attempts } = read;
	const broken: string[] = [];
	for (const [i, { token, end }] of attempts.entries()) {
		const last = i === attempts.length - 1;
		if (end === undefined) {
			if (!last || state !== "STARTED")
				broken.push(`${id} is ${state}, and its token ${token} never ended`);
			continue;
		}
		const next = attempts[i + 1]?.round ?? (last ? round : 1);
		const own = attempts[i]?.round ?? 1;
		const after = restingAfter(end, next > own);
		if (last && !after.has(state))
			broken.push(
				`${id}: token ${token} ended by ${end}, and then it was ${state}`,
			);
		if (!last && !after.has("PENDING"))
			broken.push(
				`${id}: token ${token} ended by ${end}, and then it had another attempt`,
			);
	}
	if (state === "STARTED" && attempts.at(-1)?.end !== undefined)
		broken.push(`${id} is STARTED without an attempt under way`);
	return broken;
}

function ending({ state, attempts, resultToken }: ReadEvent): string {
	return `${state} by token ${attempts.at(-1)?.token} (result of ${resultToken})`;
}

/**
 * The states that a task may be in after an attempt that ended this way, until it has
 * another one; or, if that belongs to a later round, once that round has begun.
 */
function restingAfter(
	end: AttemptEnd,
	reopened: boolean,
): ReadonlySet<TaskState> {
	const found = new Set(statesAfterEnd(end));
	for (const each of found)
		for (const { from, to, ends } of Object.values(MOVES)) {
			if (from !== each || ends.length > 0 || to === "STARTED") continue;
			if (reopened || !isEnded(from)) found.add(to);
		}
	return found;
}

/** All states that may follow a state in any number of steps, including itself. */
function reachable(): Record<TaskState, ReadonlySet<TaskState>> {
	const from = (state: TaskState): ReadonlySet<TaskState> => {
		const found = new Set([state]);
		for (const each of found)
			for (const next of statesAfter(each)) found.add(next);
		return found;
	};
	return Object.fromEntries(
		TASK_STATES.map((state) => [state, from(state)]),
	) as Record<TaskState, ReadonlySet<TaskState>>;
}
