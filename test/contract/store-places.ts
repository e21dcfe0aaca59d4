/**
 * Where the tasks of a shard are, as somebody finds who looks past its port: each is in
 * exactly one place, and what is kept beside the places says the same.
 */
import { expect } from "vitest";
import type { Route } from "../../protocol/route.ts";
import { ENDED_STATES, isEnded, type TaskState } from "../../protocol/state.ts";
import type { Snapshot } from "./store-invariants.ts";

export interface Places {
	/** The ids of each queue that is not empty. */
	readonly queues: ReadonlyMap<Route, readonly string[]>;
	readonly holders: readonly string[];
	readonly ends: readonly string[];
	/** The indexes of ended tasks. */
	readonly ended: ReadonlyMap<TaskState, readonly string[]>;
	/** In the order in which they will be forgotten. */
	readonly order: readonly string[];
	/** Routes that exist, and of these the ones that nodes are told of, of either kind. */
	readonly routes: readonly Route[];
	readonly ready: readonly Route[];
	readonly unserved: readonly Route[];
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
	// As the tasks tell of themselves: so each is in exactly one place.
	expect(
		{
			queued: queued.sort(),
			holders: [...places.holders].sort(),
			ends: [...places.ends].sort(),
			order: [...places.order].sort(),
			ended: Object.fromEntries(
				[...places.ended].map(([state, ids]) => [state, [...ids].sort()]),
			),
			routes: [...places.routes].sort(),
			claimable: [...places.ready, ...places.unserved].sort(),
		},
		`${where}: each task in exactly one place`,
	).toEqual({
		queued: waiting.map(({ id, route }) => `${id} on ${route}`).sort(),
		holders: idsOf((state) => state === "STARTED"),
		ends: idsOf(isEnded),
		order: idsOf(isEnded),
		...{ ended, routes, claimable: routes },
	});
	const total = Object.values(counts.states).reduce((sum, n) => sum + n, 0);
	const inPlaces = queued.length + places.holders.length + places.ends.length;
	expect(total, `${where}: counts add up to the tasks`).toBe(byId.length);
	expect(inPlaces, `${where}: so do the places`).toBe(byId.length);
}
