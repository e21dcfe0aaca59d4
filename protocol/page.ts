/**
 * Pages of a list across shards, newest first, and the cursor between them.
 *
 * A cursor is `seq.shard` of the last task shown. Creation numbers of different
 * shards compare by time; where two are equal, the lower shard comes first.
 */
import { SEQ_SPAN } from "./rank.ts";
import type { TaskRecord } from "./task.ts";

/** One shard's part: newest first; `more` where it has older ones. */
export interface ShardPage {
	readonly shard: number;
	readonly tasks: readonly TaskRecord[];
	readonly more: boolean;
}

const CURSOR = /^(\d{1,14})\.(\d{1,3})$/;

/**
 * One page from one of each shard: newest first, and nothing older than where
 * the page of a shard with more to come ends, or that would be passed over.
 */
export function mergePages(
	pages: readonly ShardPage[],
	limit: number,
): { tasks: TaskRecord[]; cursor: string | undefined } {
	const ends = pages.map(({ tasks, more }) =>
		more ? (tasks.at(-1)?.seq ?? 0) : 0,
	);
	const fromSeq = Math.max(...ends);
	const merged = pages
		.flatMap(({ tasks, shard }) => tasks.map((task) => ({ task, shard })))
		.sort((a, b) => b.task.seq - a.task.seq || a.shard - b.shard);
	const page = merged.filter(({ task }) => task.seq >= fromSeq).slice(0, limit);
	const last = page.at(-1);
	const more = page.length < merged.length || pages.some(({ more }) => more);
	return {
		tasks: page.map(({ task }) => task),
		cursor:
			more && last !== undefined ? `${last.task.seq}.${last.shard}` : undefined,
	};
}

/** Where a page begins: before this creation number, or at it in a later shard. */
export function readCursor(
	cursor: string | undefined,
): { seq: number; shard: number } | undefined {
	if (cursor === undefined)
		return { seq: SEQ_SPAN, shard: Number.POSITIVE_INFINITY };
	const [, seq, shard] = CURSOR.exec(cursor) ?? [];
	return seq === undefined
		? undefined
		: { seq: Number(seq), shard: Number(shard) };
}
