/** To do something to all tasks that fit a filter, or only count them: request after request, until all are through. */
import { ask } from "./node.ts";

/** A request goes on for up to 20 s. */
const ANSWER_MS_MAX = 40_000;

export type BulkOperation = "retryTasks" | "cancelTasks" | "deleteTasks";
/** As the body of a request has it. Empty: all tasks are meant. */
export type BulkFilter = Readonly<Record<string, unknown>>;

export interface BulkDone {
	readonly matched: number;
	readonly changed: number;
	readonly skipped: number;
}

export const NOTHING_DONE: BulkDone = { matched: 0, changed: 0, skipped: 0 };

/** `tell` is told how far it has come. @throws Refused, NoAnswer */
export async function goThrough(
	operation: BulkOperation,
	filter: BulkFilter,
	dryRun: boolean,
	tell: (done: BulkDone) => void,
): Promise<BulkDone> {
	let done = NOTHING_DONE;
	let cursor: string | undefined;
	do {
		const answer = await ask(operation, {
			body: {
				...(Object.keys(filter).length === 0 ? { all: true } : { filter }),
				...(dryRun && { dryRun }),
				...(cursor !== undefined && { cursor }),
			},
			patience: AbortSignal.timeout(ANSWER_MS_MAX),
		});
		done = {
			matched: done.matched + answer.matched,
			changed: done.changed + answer.changed,
			skipped: done.skipped + answer.skipped,
		};
		cursor = answer.cursor;
		tell(done);
	} while (cursor !== undefined);
	return done;
}
