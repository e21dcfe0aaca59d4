/**
 * Cancels: once somebody was told that a task is CANCELLED, nothing of it begins any more, but
 * an attempt that force took from its holder, who may not know yet; and it stays so; once somebody was told that it is to stop, no further attempt begins, and it
 * ends CANCELLED or with the result that came first. And nothing is CANCELLED that nobody
 * asked to be.
 */

import type { CancelEvent, CancelledEvent } from "./clients.ts";
import { type History, lastRead, type TaskHistory } from "./history.ts";

export function judgeCancels({ tasks, lostWritesMs }: History): string[] {
	return [...tasks.values()].flatMap((task) => {
		const { id, cancels } = task;
		const read = lastRead(task);
		const { state, round = 1 } = read ?? {};
		const mayMean = (cancel: CancelEvent) => (cancel.round ?? round) === round;
		if (state === "CANCELLED" && !cancels.some(mayMean))
			return [
				`${id} is CANCELLED in round ${round}, and nobody asked for that`,
			];
		return task.cancelled.flatMap((told) =>
			// A store that lost its last writes may have lost the wish.
			lostWritesMs.some((ms) => ms >= told.atMs)
				? []
				: flawsAfter(task, told, (told.round ?? 1) < round ? undefined : state),
		);
	});
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
	// What was given to a node before may begin there after.
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
