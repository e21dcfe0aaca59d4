/**
 * ServedRoutes: what the other nodes serve, and the answers to who asks for a route:
 * that is asked for every batch that comes in, and there may be many nodes.
 */
import { ROUTES_REMEMBERED_MAX } from "../../protocol/limits.ts";
import { type Route, type Serves, servesRoute } from "../../protocol/route.ts";

export class ServedRoutes {
	/** By node. */
	#serves: ReadonlyMap<string, Serves> | undefined;
	readonly #answers = new Map<Route, boolean>();

	/** Nodes; none as long as nothing is known. */
	get nodes(): ReadonlyMap<string, Serves> {
		return this.#serves ?? new Map();
	}

	replace(serves: ReadonlyMap<string, Serves>): void {
		this.#serves = serves;
		this.#answers.clear();
	}

	/** Whether one of them serves the route. As long as nothing is known, one may. */
	isServed(route: Route): boolean {
		if (this.#serves === undefined) return true;
		const known = this.#answers.get(route);
		if (known !== undefined) return known;
		const served = [...this.#serves.values()].some((serves) =>
			servesRoute(serves, route),
		);
		if (this.#answers.size >= ROUTES_REMEMBERED_MAX) this.#answers.clear();
		this.#answers.set(route, served);
		return served;
	}
}
