/**
 * RouteSorter: what this node has seen of the routes with work in one shard, which of them
 * are served, as it knows it, and what it tells the store of that.
 *
 * A node hears of each route once, when it comes to have work: so a pulse costs the same
 * however many there are. What the node would lose sight of all the same, it is told of
 * again by a sweep: some served routes with each pulse, one after the other.
 *
 * Routes that no node serves (a type misspelt, a queue whose nodes are gone) have room of
 * their own in the store, so that they never take that of served ones. If somebody
 * serves one, the node says so with its next pulse, and the route becomes one of the served
 * ones. The other way round, where there are many of those, the node tells which of them
 * nobody serves any more, as it comes across them. It may be wrong about others, whose
 * registry it has read a moment ago: then they change sides once more, and their tasks are
 * found all the same.
 */
import { ROUTES_SORTED_MIN } from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import type { GoodPulse, RoutesKnown } from "../ports.ts";

type Told = Pick<GoodPulse, "raised" | "routes">;

/** It has seen none yet, and the sweep begins. */
const NONE: RoutesKnown = { again: 0 };

/** See roster.ts. */
export interface ServedByAny {
	/** Whether a living node, as far as this one knows, can run tasks of the route. */
	isServed(route: Route): boolean;
}

export class RouteSorter {
	#known = NONE;
	#generation = 0;
	readonly #roster: ServedByAny;

	constructor(roster: ServedByAny) {
		this.#roster = roster;
	}

	/** To be told with the next pulse. */
	get known(): RoutesKnown {
		return this.#known;
	}

	/** A session has opened: it wants to hear of all that waits. */
	opened(): void {
		this.#known = NONE;
	}

	/** A pulse has told all that was known, and brought this. Returns the routes that may be claimed from. */
	pulsed({ raised, routes }: Told): readonly Route[] {
		const isServed = (route: Route) => this.#roster.isServed(route);
		const { ready, unserved, seen, again, lastAgain, served } = routes;
		// A store that has lost writes counts anew.
		const isSame = [0, raised.generation].includes(this.#generation);
		this.#generation = raised.generation;
		this.#known = {
			routesSeen: isSame ? seen : 0,
			served: unserved.filter((route) => isServed(route)),
			unserved:
				served < ROUTES_SORTED_MIN
					? []
					: again.filter((route) => !isServed(route)),
			again: lastAgain,
		};
		return [...ready, ...unserved, ...again];
	}
}
