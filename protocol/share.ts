/**
 * How tasks are shared among the nodes that have room for them.
 *
 * One after another, each task goes to the node that has the smallest share of its slots
 * taken, counting that task: d'Hondt's method, with the slots as votes, and what a node
 * runs as the seats that it has. So nodes of one size run equally many, and a node with
 * twice the slots runs twice as many. If several nodes would do, this node itself keeps
 * the task: that is the shortest way.
 */
import { BACK_UP_MS, BACK_UP_MS_MAX, BACK_UP_QUIET_MS } from "./limits.ts";
import type { Route } from "./route.ts";

export interface Room {
	readonly nodeId: string;
	readonly freeSlots: number;
	/** The number of slots, free or not. */
	readonly slots: number;
	/** Present if it gets only what the others have no room for, as it may soon be taken away. */
	readonly atRisk?: boolean;
}

export interface Shares {
	/** How many tasks stay with this node. */
	readonly own: number;
	/** How many tasks each node gets, for those that get some. */
	readonly quotas: ReadonlyMap<string, number>;
}

/** How the tasks of each route are shared, for routes of which other nodes get some. */
export type SharePlan = ReadonlyMap<Route, Shares>;

/** Shares out tasks; undefined if there is no room for all of them: then nobody leaves any to others. */
export function shareOut(
	count: number,
	own: Room,
	others: readonly Room[],
): Shares | undefined {
	const rooms = [own, ...others].filter(({ freeSlots }) => freeSlots > 0);
	let free = 0;
	for (const { freeSlots } of rooms) free += freeSlots;
	if (free < count) return undefined;
	let kept = 0;
	const quotas = new Map<string, number>();
	for (const room of inTurn(rooms, count)) {
		if (room === own) kept += 1;
		else quotas.set(room.nodeId, (quotas.get(room.nodeId) ?? 0) + 1);
	}
	return { own: kept, quotas };
}

/**
 * Which of at most so many tasks are this node's, counted from 1, if they are shared out like
 * that: of the first n tasks, it is to have as many as there are turns up to n.
 */
export function turnsAt(
	count: number,
	own: Room,
	others: readonly Room[],
): number[] {
	const rooms = [own, ...others].filter(({ freeSlots }) => freeSlots > 0);
	const turns: number[] = [];
	let tasks = 0;
	for (const room of inTurn(rooms, count)) {
		tasks += 1;
		if (room === own) turns.push(tasks);
	}
	return turns;
}

/**
 * The nodes that get the first of so many tasks, the next, and so on, until all are given
 * out or there is no room.
 */
function* inTurn(rooms: readonly Room[], count: number): Generator<Room> {
	const given = rooms.map(() => 0);
	for (let i = 0; i < count; i += 1) {
		const safe = emptiest(rooms, given, false);
		const at = safe === -1 ? emptiest(rooms, given, true) : safe;
		const room = rooms[at];
		if (room === undefined) return;
		given[at] = (given[at] ?? 0) + 1;
		yield room;
	}
}

/** The first of the nodes that would be least full with one more task; -1 if all are full. */
function emptiest(
	rooms: readonly Room[],
	given: readonly number[],
	amongAtRisk: boolean,
): number {
	let best = -1;
	let most = 0;
	for (const [i, { freeSlots, slots, atRisk = false }] of rooms.entries()) {
		if (atRisk !== amongAtRisk) continue;
		const more = given[i] ?? 0;
		if (more >= freeSlots) continue;
		const votes = slots / (slots - freeSlots + more + 1);
		if (votes <= most) continue;
		best = i;
		most = votes;
	}
	return best;
}

/**
 * When to ask for tasks that were left to others at these times, in order. While more is
 * left to them, this waits until they may have taken that, but not for ever.
 */
export function askAtMs(leftMs: readonly number[]): number {
	const oldest = leftMs[0] ?? 0;
	const newest = leftMs.at(-1) ?? oldest;
	const quietMs = newest === oldest ? oldest : newest + BACK_UP_QUIET_MS;
	return Math.max(
		oldest + BACK_UP_MS,
		Math.min(quietMs, oldest + BACK_UP_MS_MAX),
	);
}
