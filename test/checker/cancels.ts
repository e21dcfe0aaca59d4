/**
 * Cancels. Once somebody was told that a task is CANCELLED, it stays so, and nothing of
 * it begins any more, except an attempt that was taken from its holder by force: the
 * holder may not know yet. Once somebody was told that a task is to stop, no further
 * attempt begins, and the task ends CANCELLED or with the result that came first. The
 * same holds for all tasks that somebody had cancelled at once. And nothing is CANCELLED
 * that nobody asked to be.
 */

import type { CancelEvent, CancelledEvent } from "./clients.ts";
import type { History } from "./history.ts";
import { lastRead, type TaskHistory } from "./task-history.ts";

export function judgeCancels({
	tasks,
	deleted,
	lostWritesMs,
}: History): string[] {
	return [...tasks.values()].flatMap((task) => {
		const { id, cancels } = task;
		// The task that has this id since may be another one, submitted anew.
		if (deleted.has(id)) return [];
		const read = lastRead(task);
		const { state, round = 1 } = read ?? {};
		const mayMean = (cancel: CancelEvent) => (cancel.round ?? round) === round;
		if (state === "CANCELLED" && !cancels.some(mayMean))
			return [
				`${id} is CANCELLED in round ${round}, and nobody asked for that`,
			];
		return [
			...flawsAfterSweeps(task, lostWritesMs),
			...task.cancelled.flatMap((told) =>
				// A store that lost its last writes may have lost the request.
				lostWritesMs.some((ms) => ms >= told.fromMs)
					? []
					: flawsAfter(
							task,
							told,
							(told.round ?? 1) < round ? undefined : state,
						),
			),
		];
	});
}

/**
 * A task that was there when somebody began to cancel all of its kind begins at most once
 * more: a node may have had it.
 */
function flawsAfterSweeps(
	{ id, sweeps, starts, submitted, retries, removes }: TaskHistory,
	lostWritesMs: readonly number[],
): string[] {
	const takenMs = submitted.find(({ outcome }) => outcome === "ok")?.atMs;
	if (takenMs === undefined || retries.length + removes.length > 0) return [];
	return sweeps
		.filter(({ fromMs }) => fromMs > takenMs)
		.filter(({ fromMs }) => !lostWritesMs.some((ms) => ms >= fromMs))
		.map(({ atMs }) => {
			const tokens = starts.filter((start) => start.atMs > atMs);
			return { atMs, begun: new Set(tokens.map(({ token }) => token)).size };
		})
		.filter(({ begun }) => begun > 1)
		.map(
			({ atMs, begun }) =>
				`${id} was cancelled with all of its kind by ${atMs} ms, and ${begun} attempts began after`,
		);
}

function flawsAfter(
	{ id, starts, cancels }: TaskHistory,
	{ outcome, atMs, round = 1 }: CancelledEvent,
	state: string | undefined,
): string[] {
	if (outcome !== "done" && outcome !== "marked") return [];
	const begun = new Set(
		starts
			.filter((start) => start.atMs > atMs && (start.round ?? 1) <= round)
			.map(({ token }) => token),
	);
	// An attempt that was given to a node before may begin there after that.
	const forced = cancels.some(({ force }) => force);
	const mayBegin = outcome === "done" && !forced ? 0 : 1;
	const ends = outcome === "done" ? ["CANCELLED"] : ["CANCELLED", "SUCCESS"];
	return [
		...(begun.size > mayBegin
			? [
					`${id} was ${outcome} at ${atMs} ms, and ${begun.size} attempts began after`,
				]
			: []),
		...(state !== undefined && !ends.includes(state)
			? [`${id} was ${outcome} at ${atMs} ms, and is ${state}`]
			: []),
	];
}
