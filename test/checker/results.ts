/**
 * The result that stands is that of the newest attempt, and the task's code also says
 * that this attempt did the work.
 */
import type { History } from "./history.ts";
import { lastRead } from "./task-history.ts";

export function judgeResults({ tasks, lostWritesMs }: History): string[] {
	const broken: string[] = [];
	for (const task of tasks.values()) {
		const { id, starts, effects } = task;
		const read = lastRead(task);
		if (read?.state !== "SUCCESS") continue;
		const newest = read.attempts.at(-1)?.token;
		const { resultToken } = read;
		if (resultToken !== newest) {
			broken.push(
				`${id} has the result of token ${resultToken}, and its newest attempt has ${newest}`,
			);
		}
		if (!effects.some(({ token }) => token === resultToken)) {
			broken.push(
				`${id} has a result of token ${resultToken}, which did not do its work`,
			);
		}
		// A store that lost writes may not know of newer attempts.
		const newer = starts.find(({ token }) => token > (newest ?? 0));
		if (newer !== undefined && lostWritesMs.length === 0) {
			broken.push(
				`${id} has the result of token ${resultToken}, and ${newer.node} started token ${newer.token} at ${newer.atMs} ms`,
			);
		}
	}
	return broken;
}
