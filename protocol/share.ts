/**
 * How tasks are shared among the nodes that have room for them.
 *
 * One after another they go to the node that has, with it, the least of its slots taken:
 * d'Hondt's method, with the slots as votes and what a node runs as the seats that it has.
 * So nodes of one size run equally many, and one with twice the slots twice as many. Where
 * several would do, the node itself keeps the task: that is the shortest way.
 */
import { BACK_UP_MS, BACK_UP_MS_MAX, BACK_UP_QUIET_MS } from "./limits.ts";
import type { Route } from "./route.ts";

export interface Room {
	readonly nodeId: string;
	readonly freeSlots: number;
	/** All of them. */
	readonly slots: number;
}

export interface Shares {
	/** So many stay. */
	readonly own: number;
	/** By node, for those that get some. */
	readonly quotas: ReadonlyMap<string, number>;
}

/** By route, of those of which other nodes get some. */
export type SharePlan = ReadonlyMap<Route, Shares>;

/** Undefined where there is no room for all of them: then nobody leaves any to others. */
export function shareOut(
	count: number,
	own: Room,
	others: readonly Room[],
): Shares | undefined {
	const rooms = [own, ...others].filter(({ freeSlots }) => freeSlots > 0);
	let free = 0;
	for (const { freeSlots } of rooms) free += freeSlots;
	if (free < count) return undefined;
	const given = rooms.map(() => 0);
	for (let i = 0; i < count; i += 1) {
		const at = emptiest(rooms, given);
		given[at] = (given[at] ?? 0) + 1;
	}
	let kept = 0;
	const quotas = new Map<string, number>();
	for (const [i, room] of rooms.entries()) {
		const tasks = given[i] ?? 0;
		if (room === own) kept = tasks;
		else if (tasks > 0) quotas.set(room.nodeId, tasks);
	}
	return { own: kept, quotas };
}

/** The first of those that would be least full with one more. */
function emptiest(rooms: readonly Room[], given: readonly number[]): number {
	let best = -1;
	let most = 0;
	for (const [i, { freeSlots, slots }] of rooms.entries()) {
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
 * When to ask for what was left to others at these times, in their order. While more is left to them
 * it waits until they may have taken that, but not for ever.
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
