/**
 * Queues as users read them, worst first: those with waiting tasks that nobody serves, then
 * those whose oldest task has waited longest, then the rest.
 */
import { QUEUE_NODES_TOLD_MAX } from "./limits.ts";
import type { Route } from "./route.ts";
import type { QueueAsRead } from "./schema/overview.ts";
import { isoTime, type Onlooker, readRoute } from "./view.ts";

/** What queues are sorted by. */
export interface QueuePlace {
	readonly isServed: boolean;
	readonly oldestMs: number;
	readonly route: Route;
}

/** The tasks of one route that run, and those that are not due yet. */
interface Busy {
	readonly route: Route;
	readonly started: number;
	readonly scheduled: number;
}

/** The same, with the tasks that wait on the route. */
interface Depth extends Busy {
	readonly count: number;
	readonly oldestId: string;
	readonly oldestMs: number;
}

export interface QueueRow extends QueuePlace, Busy {
	/** The tasks that wait; undefined if none does. */
	readonly waiting: Depth | undefined;
	/** What the route needs and no live node has; undefined if nothing is missing. */
	readonly missing: string | undefined;
}

export interface QueueOnlooker extends Onlooker {
	/** Live nodes that serve the route, by id. */
	servers(route: Route): readonly string[];
	/** How many tasks of its type run at once on all of them; undefined if as many as there are slots. */
	concurrency(route: Route): number | undefined;
}

/** The time that stands for since when the oldest task waits, if none does. */
const NONE_MS = 999_999_999_999_999;

/** The rows, worst first. `busy`: the busy routes, also those of other shards and those on which nothing waits. */
export function worstFirst(
	queues: readonly Depth[],
	onlooker: Pick<Onlooker, "missing">,
	busy: readonly Busy[] = [],
): QueueRow[] {
	const rows = new Map<Route, QueueRow>();
	const rowOf = (of: Busy, waiting: Depth | undefined): QueueRow => {
		const { route, started, scheduled } = of;
		const missing = onlooker.missing(route);
		const oldestMs = waiting?.oldestMs ?? NONE_MS;
		return {
			...{ route, started, scheduled, waiting, missing, oldestMs },
			isServed: missing === undefined,
		};
	};
	for (const depth of queues) rows.set(depth.route, rowOf(depth, depth));
	for (const each of busy) {
		const known = rows.get(each.route);
		rows.set(
			each.route,
			known === undefined
				? rowOf(each, undefined)
				: {
						...known,
						started: known.started + each.started,
						scheduled: known.scheduled + each.scheduled,
					},
		);
	}
	return [...rows.values()].sort(compareQueues);
}

export function compareQueues(a: QueuePlace, b: QueuePlace): number {
	const waits = a.oldestMs !== NONE_MS;
	if (waits !== (b.oldestMs !== NONE_MS)) return waits ? -1 : 1;
	if (a.isServed !== b.isServed) return a.isServed ? 1 : -1;
	if (a.oldestMs !== b.oldestMs) return a.oldestMs - b.oldestMs;
	if (a.route === b.route) return 0;
	return a.route < b.route ? -1 : 1;
}

/** A queue as users read it. `asOfMs`: when it was looked at, in the store's time. */
export function readQueue(
	{ route, waiting, started, scheduled, missing }: QueueRow,
	asOfMs: number,
	onlooker: QueueOnlooker,
): QueueAsRead {
	const nodes = onlooker.servers(route);
	const concurrency = onlooker.concurrency(route);
	const names = nodes.map((id) => onlooker.nameOf(id) ?? id).sort();
	return {
		...readRoute(route),
		counts: {
			...{ PENDING: waiting?.count ?? 0, STARTED: started },
			SCHEDULED: scheduled,
		},
		...(waiting && { oldest: readOldest(waiting, asOfMs) }),
		servedBy: {
			nodes: nodes.length,
			names: names.slice(0, QUEUE_NODES_TOLD_MAX),
			...(concurrency !== undefined && { concurrency }),
		},
		...(missing !== undefined && { unserved: true, missing }),
	};
}

function readOldest({ oldestId: id, oldestMs }: Depth, asOfMs: number) {
	// Where many tasks came at once, and after a step of the clock, places are ahead of it.
	const sinceMs = Math.min(oldestMs, asOfMs);
	return { id, since: isoTime(sinceMs), waitMs: asOfMs - sinceMs };
}
