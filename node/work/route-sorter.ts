/**
 * RouteSorter: the routes with work in one shard that this node has seen, which of them
 * somebody serves, as far as it knows, and what it reports to the store about that.
 *
 * A node hears about each route once, when the route comes to have work: so a pulse costs
 * the same however many there are. A sweep tells it again about routes that it would
 * otherwise lose sight of: some served routes with each pulse, one after the other.
 *
 * Routes that no node serves (a misspelt type, a queue whose nodes are gone) have room of
 * their own in the store, so that they never take that of served ones. If somebody serves
 * one, the node says so with its next pulse, and the route becomes a served one.
 * Conversely, if there are many served routes, the node names those among them that
 * nobody serves any more, as it comes across them. It may be wrong about other nodes,
 * since it read the registry a moment ago: then these routes change sides once more, and
 * their tasks are found all the same.
 */
import { ROUTES_SORTED_MIN } from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import type { GoodPulse, RoutesKnown } from "../ports.ts";

type Told = Pick<GoodPulse, "raised" | "routes">;

/** What a node knows that has seen no route yet, and whose sweep begins. */
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

	/** What to tell the store with the next pulse. */
	get known(): RoutesKnown {
		return this.#known;
	}

	/** A session has opened: it wants to hear about everything that waits. */
	opened(): void {
		this.#known = NONE;
	}

	/**
	 * A pulse has told the store all that was known, and brought this. Returns the routes
	 * that may be claimed from.
	 */
	pulsed({ raised, routes }: Told): readonly Route[] {
		const isServed = (route: Route) => this.#roster.isServed(route);
		const { ready, unserved, seen, again, lastAgain, served } = routes;
		// A store that has lost writes starts counting anew.
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
