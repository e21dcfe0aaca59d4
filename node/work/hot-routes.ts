/**
 * HotRoutes: the routes of one shard that are believed to have work, and how surely.
 *
 * They stand in two lanes. *Sure* are the routes that the store has named, or is about to
 * hold tasks of: what this node submits, what the sweep finds, what was put back, and
 * what a claim left waiting. *Rumoured* are those that only gossip names. Whoever asks
 * for the next routes gets the sure ones first, and rumoured ones only for the places
 * left: so nothing that peers say holds up what is known to be there. Within a lane,
 * routes that were asked for go to the end.
 *
 * Routes whose type is full here (see type-caps.ts) stand aside, so that no claim is sent
 * for them and none looks through all of them. Once there is room some of them come back,
 * and more when these have been asked for.
 *
 * A node that comes last asks for no route for which others have room, until its tasks
 * have waited for long (see left-overs.ts).
 *
 * At most RUMOURS_MAX rumours of one sender stand here. Others (see hearer.ts) judge how
 * many it may spread in a time; they are told whose rumours proved true.
 */
import { CLAIM_ROUTES_MAX, RUMOURS_MAX } from "../../protocol/limits.ts";
import { type Route, typeOf } from "../../protocol/route.ts";

interface Hot {
	/** How many claims had been sent when the route was last hinted at. */
	hintedAt: number;
	/** Whose rumour the last hint was. */
	from: string | undefined;
	/** The sender whose allowance this takes up, if it is a rumour. */
	readonly teller?: string;
}

/** How many more tasks of a type fit: see type-caps.ts. */
export interface TypeRooms {
	roomOf(type: string): number;
}

/** Who looks after routes that are left to others first: see left-overs.ts. */
export interface RouteLeaver {
	passedOver(route: Route): void;
}

/** Whether others go first: see last-turn.ts. */
export interface OthersFirst {
	/** How many tasks of the route others are to have before this node asks for any. */
	othersFirst(route: Route): number;
}

export class HotRoutes {
	readonly #sure = new Map<Route, Hot>();
	readonly #rumoured = new Map<Route, Hot>();
	/** The routes that stand aside, by type. */
	readonly #aside = new Map<string, Map<Route, Hot>>();
	/** How many rumours of each sender stand here. */
	readonly #rumours = new Map<string, number>();
	readonly #caps: TypeRooms;
	readonly #lastTurn: OthersFirst;
	readonly #leftOvers: RouteLeaver;

	constructor(caps: TypeRooms, lastTurn: OthersFirst, leftOvers: RouteLeaver) {
		this.#caps = caps;
		this.#lastTurn = lastTurn;
		this.#leftOvers = leftOvers;
	}

	/** The number of routes that may be asked for. */
	get size(): number {
		return this.#sure.size + this.#rumoured.size;
	}

	/** Whether the store itself has named a route that may be asked for. */
	get isSure(): boolean {
		return this.#sure.size > 0;
	}

	has(route: Route): boolean {
		return this.#find(route) !== undefined;
	}

	/** Whether routes of the type stand aside. */
	hasAside(type: string): boolean {
		return this.#aside.size > 0 && this.#aside.has(type);
	}

	/**
	 * Whether a hint, after so many claims, makes the next claim ask for a route that it
	 * would not ask for otherwise.
	 */
	isNews(route: Route, claims: number): boolean {
		const hot = this.#find(route);
		return hot === undefined || hot.hintedAt < claims;
	}

	/** The route has work, or is about to. `claims`: how many had been sent. */
	hint(route: Route, claims: number): void {
		const hot = this.#find(route);
		if (hot !== undefined && hot.teller === undefined) {
			hot.hintedAt = claims;
			return;
		}
		this.drop(route);
		this.#sure.set(route, { hintedAt: claims, from: hot?.from });
	}

	/**
	 * A peer says that the route has work. False if so many of its rumours stand already
	 * that this one is not kept.
	 */
	rumour(route: Route, from: string, claims: number): boolean {
		const hot = this.#find(route);
		if (hot !== undefined) {
			hot.hintedAt = claims;
			hot.from = from;
			return true;
		}
		const standing = this.#rumours.get(from) ?? 0;
		if (standing >= RUMOURS_MAX) return false;
		this.#rumours.set(from, standing + 1);
		this.#rumoured.set(route, { hintedAt: claims, from, teller: from });
		return true;
	}

	/**
	 * The next routes to ask for. Those whose type is full step aside, and those that are
	 * for others first are left to them, and looked at later.
	 */
	next(max: number): Route[] {
		const routes: Route[] = [];
		for (const lane of [this.#sure, this.#rumoured])
			for (const [route, hot] of lane) {
				if (routes.length === max) return routes;
				const type = typeOf(route);
				if (this.#lastTurn.othersFirst(route) > 0) {
					this.drop(route);
					this.#leftOvers.passedOver(route);
				} else if (this.#caps.roomOf(type) > 0) routes.push(route);
				else {
					lane.delete(route);
					this.#stepAside(type, route, hot);
				}
			}
		return routes;
	}

	/** Brings back, for each type that has room again, as many routes as one claim asks for. */
	bringBack(): void {
		for (const [type, routes] of this.#aside) {
			if (this.#caps.roomOf(type) === 0) continue;
			let left = CLAIM_ROUTES_MAX;
			for (const [route, hot] of routes) {
				if (left === 0) break;
				left -= 1;
				routes.delete(route);
				const isSure = hot.teller === undefined;
				(isSure ? this.#sure : this.#rumoured).set(route, hot);
			}
			if (routes.size === 0) this.#aside.delete(type);
		}
	}

	/** The route has no work, as the store says. */
	drop(route: Route): void {
		const hot = this.#find(route);
		if (hot === undefined) return;
		this.#sure.delete(route);
		this.#rumoured.delete(route);
		this.#comeFromAside(route);
		const { teller } = hot;
		if (teller === undefined) return;
		const left = (this.#rumours.get(teller) ?? 1) - 1;
		if (left === 0) this.#rumours.delete(teller);
		else this.#rumours.set(teller, left);
	}

	/**
	 * The answer of a claim, which was number `claim`: whether the route had tasks, and
	 * whether some still wait there. The route stays hot if they do, or if a hint came
	 * since. Returns whose rumour has proved true.
	 */
	answered(
		route: Route,
		claim: number,
		had: boolean,
		waits: boolean,
	): string | undefined {
		const hot = this.#find(route);
		if (hot === undefined) return undefined;
		const { hintedAt, from } = hot;
		const isSure = waits || hot.teller === undefined;
		// What came after this claim is for the next one to judge.
		const isNew = hintedAt >= claim;
		this.drop(route);
		if (isSure && (waits || isNew))
			this.#sure.set(route, { hintedAt, from: isNew ? from : undefined });
		else if (isNew && from !== undefined) this.rumour(route, from, hintedAt);
		return had && !isNew ? from : undefined;
	}

	#find(route: Route): Hot | undefined {
		const hot = this.#sure.get(route) ?? this.#rumoured.get(route);
		if (hot !== undefined || this.#aside.size === 0) return hot;
		return this.#aside.get(typeOf(route))?.get(route);
	}

	#stepAside(type: string, route: Route, hot: Hot): void {
		const routes = this.#aside.get(type);
		if (routes === undefined) this.#aside.set(type, new Map([[route, hot]]));
		else routes.set(route, hot);
	}

	#comeFromAside(route: Route): void {
		if (this.#aside.size === 0) return;
		const type = typeOf(route);
		const routes = this.#aside.get(type);
		routes?.delete(route);
		if (routes?.size === 0) this.#aside.delete(type);
	}
}
