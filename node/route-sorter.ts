/**
 * RouteSorter: which of the routes with work in one shard are served, as this node
 * knows it, and what it tells the store of that.
 *
 * Routes that no node serves (a type misspelt, a queue whose nodes are gone) have room of
 * their own in the store, so that they never take that of served ones, and are not told
 * to everyone with each pulse: a node hears of each once. If somebody serves it, the node
 * says so with its next pulse, and the route becomes one of the served ones, which are
 * swept all the time. The other way round, where there are many of those, the node tells
 * which of them nobody serves any more. It may be wrong about others, whose registry it
 * has read a moment ago: then they change sides once more, and their tasks are found
 * all the same.
 */
import { ROUTES_SORTED_MIN } from "../protocol/limits.ts";
import type { Route } from "../protocol/route.ts";
import type { GoodPulse, RoutesKnown } from "./ports.ts";

type Told = Pick<GoodPulse, "raised" | "ready" | "unserved" | "unservedSeen">;

/** See roster.ts. */
export interface ServedByAny {
	/** Whether a living node, as far as this one knows, can run tasks of the route. */
	isServed(route: Route): boolean;
}

export class RouteSorter {
	#known: RoutesKnown = {};
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
		this.#known = {};
	}

	/** A pulse has told all that was known, and brought this. Returns the routes that may be claimed from. */
	pulsed({ raised, ready, unserved, unservedSeen }: Told): readonly Route[] {
		const isServed = (route: Route) => this.#roster.isServed(route);
		// A store that has lost writes counts anew.
		const isSame = [0, raised.generation].includes(this.#generation);
		this.#generation = raised.generation;
		this.#known = {
			unservedSeen: isSame ? unservedSeen : 0,
			served: unserved.filter((route) => isServed(route)),
			unserved:
				ready.length < ROUTES_SORTED_MIN
					? []
					: ready.filter((route) => !isServed(route)),
		};
		return [...ready, ...unserved];
	}
}
