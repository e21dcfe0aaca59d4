/**
 * ServedRoutes: what this node and the others serve, and the answers for whoever asks
 * about a route: that is asked for every batch that comes in, and there may be many
 * nodes.
 */
import { ROUTES_REMEMBERED_MAX } from "../../protocol/limits.ts";
import {
	missingFrom,
	parseRoute,
	type Route,
	type Serves,
	servesRoute,
	UNREADABLE_ROUTE,
} from "../../protocol/route.ts";
import type { NodeRecord } from "../ports.ts";

/** What a node serves, according to its record. */
export function servesOf({
	types,
	queues,
	labels,
}: Pick<NodeRecord, "types" | "queues" | "labels">): Serves {
	return {
		types: new Set(types),
		queues: queues === undefined ? undefined : new Set(queues),
		labels: new Set(labels),
	};
}

export class ServedRoutes {
	readonly #self: string;
	readonly #own: Serves;
	/** What the others serve, by node. */
	#serves: ReadonlyMap<string, Serves> | undefined;
	/** What is missing for each route; undefined if nothing is. */
	readonly #answers = new Map<Route, string | undefined>();

	/** `own`: what this node serves. */
	constructor(self: string, own: Serves) {
		this.#self = self;
		this.#own = own;
	}

	/** The other nodes; none as long as nothing is known. */
	get nodes(): ReadonlyMap<string, Serves> {
		return this.#serves ?? new Map();
	}

	replace(serves: ReadonlyMap<string, Serves>): void {
		this.#serves = serves;
		this.#answers.clear();
	}

	/** Whether one of all these nodes serves the route. As long as no other is known, one may. */
	isServed(route: Route): boolean {
		return this.missing(route) === undefined;
	}

	/** What the route needs and no live node has, in words; undefined if nothing. */
	missing(route: Route): string | undefined {
		if (this.#serves === undefined || servesRoute(this.#own, route)) return;
		if (this.#answers.has(route)) return this.#answers.get(route);
		const parts = parseRoute(route) ?? parseRoute(UNREADABLE_ROUTE);
		if (parts === undefined) throw new Error("a route stands for all others");
		const nodes = [this.#own, ...this.#serves.values()];
		const missing = missingFrom(nodes, parts);
		if (this.#answers.size >= ROUTES_REMEMBERED_MAX) this.#answers.clear();
		this.#answers.set(route, missing);
		return missing;
	}

	/** The nodes, among all these, that serve the route. */
	servers(route: Route): string[] {
		const others = [...this.nodes].filter(([, serves]) =>
			servesRoute(serves, route),
		);
		return [
			...(servesRoute(this.#own, route) ? [this.#self] : []),
			...others.map(([nodeId]) => nodeId),
		];
	}
}
