/**
 * Rounds: a task has another one for each round that somebody asked to be run again, and
 * no more, however often that was asked; and whoever was told that there is another one
 * finds it there.
 */
import type { History } from "./history.ts";
import { lastRead } from "./task-history.ts";

export function judgeRounds({
	tasks,
	deleted,
	lostWritesMs,
}: History): string[] {
	return [...tasks.values()].flatMap((task) => {
		const read = lastRead(task);
		// A deleted task that is there is another one, submitted anew.
		if (read === undefined || deleted.has(task.id)) return [];
		const { id, round = 1, attempts } = read;
		const asked = new Set(task.retries.map((retry) => retry.round));
		const flaws: string[] = [];
		// A client that means no particular round opens at most one.
		let ofAny = task.retries.filter(
			(retry) => retry.round === undefined,
		).length;
		for (let each = 1; each < round; each++)
			if (!asked.has(each) && ofAny-- <= 0)
				flaws.push(
					`${id} is in round ${round}, and nobody asked after ${each}`,
				);
		const rounds = attempts.map((attempt) => attempt.round ?? 1);
		if (rounds.some((each, i) => each < (rounds[i - 1] ?? 1) || each > round))
			flaws.push(`${id} is in round ${round}, with attempts of ${rounds}`);
		for (const told of task.retried) {
			// A store that lost its last writes may have lost the round.
			if (lostWritesMs.some((ms) => ms >= told.atMs)) continue;
			if (told.outcome === "done" && round <= told.round)
				flaws.push(
					`${id} was to have another round after ${told.round} from ${told.atMs} ms on, and is in ${round}`,
				);
		}
		return flaws;
	});
}
