/**
 * Pages of a list across shards, newest first, and the cursor between them.
 *
 * A cursor is `seq.shard.pass.print`: creation number and shard of the last task shown,
 * the pass over the tasks in which it was shown, and a print that tells the list apart from
 * others. Creation numbers of different shards compare by time; if two are equal, the
 * lower shard comes first.
 */
import { SEQ_SPAN } from "./rank.ts";
import type { TaskRecord } from "./task.ts";

/** What was found in one shard and not shown yet, newest first, and how far the shard was searched. */
export interface Lane {
	readonly shard: number;
	readonly found: readonly TaskRecord[];
	/** The creation number from which on all tasks were looked at; 0 if all tasks were. */
	readonly downToSeq: number;
}

/** Where a page begins or ends: all tasks before it were shown or do not fit. */
export interface Position {
	readonly seq: number;
	readonly shard: number;
}

export interface Place extends Position {
	readonly pass: number;
}

/** A number behind every shard. */
const ALL_SHARDS = 999;
const CURSOR = /^(\d{1,14})\.(\d{1,3})\.(\d)\.([a-z0-9]+)$/;

export const TOP: Position = { seq: SEQ_SPAN, shard: ALL_SHARDS };

/** The tasks, newest first, that nothing still to be found can precede. */
export function mergeLanes(
	lanes: readonly Lane[],
): { readonly task: TaskRecord; readonly shard: number }[] {
	const fromSeq = searchedTo(lanes);
	return lanes
		.flatMap(({ found, shard }) => found.map((task) => ({ task, shard })))
		.filter(({ task }) => task.seq >= fromSeq)
		.sort((a, b) => b.task.seq - a.task.seq || a.shard - b.shard);
}

/** The creation number from which on all tasks of all shards were looked at; 0 if all tasks were. */
export function searchedTo(lanes: readonly Lane[]): number {
	return Math.max(...lanes.map(({ downToSeq }) => downToSeq));
}

/** The position behind all tasks of this number, of whatever shard. */
export function behind(seq: number): Position {
	return { seq, shard: ALL_SHARDS };
}

/** The creation number before which the tasks of a shard come after the position. */
export function beforeSeqIn(shard: number, { seq, shard: at }: Position) {
	return shard > at ? seq + 1 : seq;
}

export function writeCursor(
	{ seq, shard, pass }: Place,
	print: string,
): string {
	return `${seq}.${shard}.${pass}.${print}`;
}

/** The place that a cursor names; undefined if it is no cursor of the list that has this print. */
export function readCursor(cursor: string, print: string): Place | undefined {
	const [, seq, shard, pass, own] = CURSOR.exec(cursor) ?? [];
	return own === print
		? { seq: Number(seq), shard: Number(shard), pass: Number(pass) }
		: undefined;
}
