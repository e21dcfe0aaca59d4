/**
 * Where the tasks of a shard are, seen past its port: each is in exactly one place, and
 * the figures that are kept beside the places agree with them.
 */
import { expect } from "vitest";
import type { Route } from "../../protocol/route.ts";
import { ENDED_STATES, isEnded, type TaskState } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { mustBegin } from "../fakes/task-record.ts";
import { expectAlike, Flaws } from "./store-alike.ts";
import type { Snapshot } from "./store-invariants.ts";

export interface Places {
	/** The ids of each queue that is not empty. */
	readonly queues: ReadonlyMap<Route, readonly string[]>;
	readonly holders: readonly string[];
	readonly ends: readonly string[];
	/** The indexes of ended tasks. */
	readonly ended: ReadonlyMap<TaskState, readonly string[]>;
	/** The FAILURE ones among them, once more. */
	readonly failed: readonly string[];
	/** The order in which they will be discarded. */
	readonly order: readonly string[];
	/** The bytes that successes and other ends take, as counted here and as the shard recorded them. */
	readonly bytes: readonly number[];
	readonly bytesKept: readonly number[];
	/** Routes that exist, and those of them of which nodes are told, served and unserved. */
	readonly routes: readonly Route[];
	readonly ready: readonly Route[];
	readonly unserved: readonly Route[];
	/** Tasks that are not due yet, and the same again in their index. */
	readonly due: readonly string[];
	readonly scheduled: readonly string[];
	/** Tasks that must begin by a certain time. */
	readonly expiring: readonly string[];
	/** For each id the last number given to a run, how many of its runs are kept, and which. */
	readonly runs: ReadonlyMap<
		string,
		{ readonly last: number; readonly count: number; readonly kept: string[] }
	>;
}

export function checkPlaces(
	places: Places,
	{ byId, counts }: Snapshot,
	where: string,
): void {
	const idsOf = (wanted: (state: TaskState) => boolean) =>
		byId
			.filter(({ state }) => wanted(state))
			.map(({ id }) => id)
			.sort();
	const queued = [...places.queues].flatMap(([route, ids]) =>
		ids.map((id) => `${id} on ${route}`),
	);
	const waiting = byId.filter(({ state }) => state === "PENDING");
	const ended = Object.fromEntries(
		ENDED_STATES.map((state) => [state, idsOf((own) => own === state)]),
	);
	const routes = [...places.queues.keys()].sort();
	// As the tasks themselves say, so each is in exactly one place.
	expectAlike(
		{
			queued: queued.sort(),
			holders: [...places.holders].sort(),
			ends: [...places.ends].sort(),
			order: [...places.order].sort(),
			failed: [...places.failed].sort(),
			ended: Object.fromEntries(
				[...places.ended].map(([state, ids]) => [state, [...ids].sort()]),
			),
			routes: [...places.routes].sort(),
			claimable: [...places.ready, ...places.unserved].sort(),
			due: [...places.due].sort(),
			scheduled: [...places.scheduled].sort(),
			expiring: [...places.expiring].sort(),
		},
		{
			queued: waiting.map(({ id, route }) => `${id} on ${route}`).sort(),
			holders: idsOf((state) => state === "STARTED"),
			ends: idsOf(isEnded),
			order: idsOf(isEnded),
			failed: idsOf((state) => state === "FAILURE"),
			...{ ended, routes, claimable: routes },
			due: idsOf((state) => state === "SCHEDULED"),
			scheduled: idsOf((state) => state === "SCHEDULED"),
			expiring: byId
				.filter(mayExpire)
				.map(({ id }) => id)
				.sort(),
		},
		`${where}: each task in exactly one place`,
	);
	checkSums(places, { byId, counts }, where);
	checkRuns(places, { byId }, where);
}

/** The sums kept beside the places equal what is in them. */
function checkSums(
	places: Places,
	{ byId, counts }: Pick<Snapshot, "byId" | "counts">,
	where: string,
): void {
	expectAlike(
		...([places.bytesKept, places.bytes] as const),
		`${where}: bytes of ended tasks`,
	);
	const total = Object.values(counts.states).reduce((sum, n) => sum + n, 0);
	const { queues, due, holders, ends } = places;
	const queued = [...queues.values()].flat();
	const inPlaces = due.length + queued.length + holders.length + ends.length;
	expect(total, `${where}: counts add up to the tasks`).toBe(byId.length);
	expect(inPlaces, `${where}: so do the places`).toBe(byId.length);
}

/** All that is kept about the runs of an id is about tasks that exist. */
function checkRuns(
	{ runs }: Places,
	{ byId }: Pick<Snapshot, "byId">,
	where: string,
): void {
	const flaws = new Flaws();
	const ids = new Set(byId.map(({ id }) => id));
	for (const [id, { last, count, kept }] of runs) {
		const numbers = kept.map((run) => Number(run.slice(id.length + 1) || 1));
		const isCounted = kept.length === count && count > 0;
		flaws.unless(isCounted, `${id}: ${kept.length} of ${count} runs are kept`);
		for (const run of kept)
			flaws.unless(ids.has(run), `${id}: its run ${run} is gone`);
		const isLast = last >= Math.max(2, ...numbers);
		flaws.unless(isLast, `${id}: ${last} is not its last number`);
	}
	flaws.expectNone(`${where}: what is wrong with runs of ids`);
}

/** Whether an expiry applies: the task has not begun, or is to be retried. A takeover is never too late. */
function mayExpire({ state, attempts, round, expiresMs }: TaskRecord): boolean {
	const waits = state === "PENDING" || state === "SCHEDULED";
	if (!waits || expiresMs === undefined) return false;
	return mustBegin(attempts, round);
}
