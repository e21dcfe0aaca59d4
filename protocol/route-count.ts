/**
 * How many tasks of each route begin to wait, and their highest priority: what an
 * announcement says about them.
 */
import type { Route } from "./route.ts";
import type { NewTask } from "./task.ts";

interface RouteCount {
	readonly route: Route;
	readonly count: number;
	readonly topPriority: number;
}

export function countByRoute(tasks: readonly NewTask[]): RouteCount[] {
	const byRoute = new Map<Route, RouteCount>();
	for (const { route, priority } of tasks) {
		const known = byRoute.get(route);
		byRoute.set(route, {
			route,
			count: (known?.count ?? 0) + 1,
			topPriority: Math.max(priority, known?.topPriority ?? 0),
		});
	}
	return [...byRoute.values()];
}
