/**
 * ClaimChoice: what a claimer's next claim asks for: either routes that are believed to
 * have work (see hot-routes.ts), or those of which this node is to take a number of tasks
 * (see wanted-routes.ts).
 *
 * Wanted routes go before those that only gossip names, and after those that the store
 * has named. Tasks of a type that has no room for all that are wanted are not wanted any
 * more, as nobody would ask for the rest of them: their route is one that has work.
 */
import { CLAIM_BATCH_MAX, CLAIM_ROUTES_MAX } from "../../protocol/limits.ts";
import { type Route, typeOf } from "../../protocol/route.ts";
import type { ClaimReply } from "../ports.ts";
import { HotRoutes, type OthersFirst, type RouteLeaver } from "./hot-routes.ts";
import type { Pledge, TypePlaces } from "./pledges.ts";
import { type TakenRoutes, WantedRoutes } from "./wanted-routes.ts";

/** How many tasks of each type fit: see type-caps.ts. */
export interface TypeBook extends TypePlaces {
	roomOf(type: string): number;
	setAside(routes: readonly Route[], limit: number): Pledge["rooms"];
}

export type GoodClaim = Extract<ClaimReply, { ok: true }>;

export interface Asked {
	/** The routes to ask for; undefined for those that are wanted. */
	readonly routes: readonly Route[] | undefined;
	/** The most tasks that can come. */
	readonly slotsMax: number;
}

export class ClaimChoice {
	readonly hot: HotRoutes;
	/** Routes of which a number of tasks is to be taken, and has not been asked for yet. */
	readonly wanted = new WantedRoutes();
	readonly #caps: TypeBook;

	constructor(caps: TypeBook, lastTurn: OthersFirst, leftOvers: RouteLeaver) {
		this.#caps = caps;
		this.hot = new HotRoutes(caps, lastTurn, leftOvers);
	}

	/** Whether there is anything to ask for now. */
	get isEmpty(): boolean {
		return this.hot.size + this.wanted.size === 0;
	}

	/** Whether tasks wait that did not fit, and are of the type of any of these routes. */
	hasAside(routes: readonly Route[]): boolean {
		return routes.some((route) => this.hot.hasAside(typeOf(route)));
	}

	/** What the next claim asks for; undefined if nothing of it fits. */
	next(): Asked | undefined {
		const hot = this.#takesWanted ? undefined : this.#nextHot();
		if (!this.#takesWanted) return hot;
		const slotsMax = Math.min(this.wanted.tasks, CLAIM_BATCH_MAX);
		return { routes: undefined, slotsMax };
	}

	get #takesWanted(): boolean {
		return this.wanted.size > 0 && !this.hot.isSure;
	}

	/**
	 * Wants so many tasks of the route; false if that is not kept. Tasks that do not fit are
	 * not wanted, but known to be there. `claims`: how many had been sent.
	 */
	want(
		route: Route,
		tasks: number,
		from: string | undefined,
		claims: number,
	): boolean {
		if (this.#caps.roomOf(typeOf(route)) >= tasks)
			return this.wanted.add(route, tasks, from);
		if (from !== undefined) return this.hot.rumour(route, from, claims);
		this.hot.hint(route, claims);
		return true;
	}

	/**
	 * Keeps those routes of wanted tasks of which not all fit, as routes that have work.
	 */
	keepWhatDidNotFit(
		taken: TakenRoutes,
		rooms: Pledge["rooms"],
		claims: number,
	): void {
		const wanted = [...taken];
		for (const { tasks, routes } of rooms) {
			let sum = 0;
			for (const at of routes) sum += wanted[at]?.[1].tasks ?? 0;
			if (sum <= tasks) continue;
			for (const at of routes) {
				const [route, { from }] = wanted[at] as (typeof wanted)[number];
				if (from === undefined) this.hot.hint(route, claims);
				else this.hot.rumour(route, from, claims);
			}
		}
	}

	#nextHot(): Asked | undefined {
		const routes = this.hot.next(CLAIM_ROUTES_MAX);
		if (routes.length === 0) return undefined;
		const slotsMax = Math.min(this.#fitting(routes), CLAIM_BATCH_MAX);
		return { routes, slotsMax };
	}

	/** Whether tasks wait that would fit, besides those that this answer has brought. */
	moreWait(routes: readonly Route[], { waiting }: GoodClaim): boolean {
		return routes.some(
			(route, i) =>
				(waiting[i] ?? 0) > 0 && this.#caps.roomOf(typeOf(route)) > 0,
		);
	}

	/**
	 * Puts the routes of this claim last in line, or drops them if nothing waits there.
	 * Returns whose rumours have proved true.
	 */
	answered(
		routes: readonly Route[],
		{ tasks, waiting }: GoodClaim,
		claim: number,
	): string[] {
		const proved: string[] = [];
		const gave = new Set(tasks.map(({ route }) => route));
		for (const [i, route] of routes.entries()) {
			const waits = (waiting[i] ?? 0) > 0;
			const had = waits || gave.has(route);
			const from = this.hot.answered(route, claim, had, waits);
			if (from !== undefined) proved.push(from);
		}
		return proved;
	}

	/** How many tasks of these routes fit. */
	#fitting(routes: readonly Route[]): number {
		const types = new Set<string>();
		let sum = 0;
		for (const route of routes) {
			const type = typeOf(route);
			if (types.has(type)) continue;
			types.add(type);
			sum += this.#caps.roomOf(type);
			if (sum === Infinity) break;
		}
		return sum;
	}
}
