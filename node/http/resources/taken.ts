/**
 * What the answer to a submission says about a task that was accepted: the same whether
 * it came alone, in an array or as a line.
 *
 * A free node takes a task in the very step that stores it; then the task is STARTED
 * already when its sender hears of it.
 */
import type { Route } from "../../../protocol/route.ts";
import type { StateWhenTaken } from "../../../protocol/schema.ts";
import type { Api, Taken } from "../../ports.ts";

/** Whether somebody serves a route; looks up each once, as a body may hold thousands of tasks of few routes. */
export function servedOnce(api: Api): (route: Route) => boolean {
	const known = new Map<Route, boolean>();
	return (route) => {
		const isServed =
			known.get(route) ?? api.cluster.missing(route) === undefined;
		known.set(route, isServed);
		return isServed;
	};
}

export function stateWhenTaken(
	{ existing, started, scheduled }: Taken,
	route: Route,
	isServed: (route: Route) => boolean,
): StateWhenTaken {
	if (started !== undefined) return { state: "STARTED", ...started };
	const state = scheduled ? "SCHEDULED" : (existing?.state ?? "PENDING");
	const waits = state === "PENDING" || state === "SCHEDULED";
	const running = existing?.running;
	return {
		state,
		...(running && {
			attempt: existing?.attempt ?? 0,
			node: running.nodeId,
			token: running.token,
		}),
		...(waits && !isServed(route) && { unserved: true }),
	};
}
