/** How many tasks of each route run, or are not due yet, in one shard of the store's twin. */
import type { BusyRoute } from "../../node/ports.ts";
import type { Route } from "../../protocol/route.ts";
import type { TaskRecord } from "../../protocol/task.ts";

export function busyOf(tasks: readonly TaskRecord[]): Map<Route, BusyRoute> {
	const all = new Map<Route, BusyRoute>();
	for (const { route, state } of tasks) {
		if (state !== "STARTED" && state !== "SCHEDULED") continue;
		const { started, scheduled } = all.get(route) ?? idle(route);
		all.set(route, {
			route,
			started: started + (state === "STARTED" ? 1 : 0),
			scheduled: scheduled + (state === "SCHEDULED" ? 1 : 0),
		});
	}
	return all;
}

export function idle(route: Route): BusyRoute {
	return { route, started: 0, scheduled: 0 };
}
