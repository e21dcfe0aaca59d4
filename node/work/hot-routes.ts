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
 * At most RUMOURS_MAX rumours of one sender stand here. Others (see hearer.ts) judge how
 * many it may spread in a time; they are told whose rumours proved true.
 */
import { RUMOURS_MAX } from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";

interface Hot {
	/** How many claims had been sent when the route was last hinted at. */
	hintedAt: number;
	/** Whose rumour the last hint was. */
	from: string | undefined;
}

interface Rumoured extends Hot {
	/** The sender whose place the rumour takes. */
	readonly teller: string;
}

export class HotRoutes {
	readonly #sure = new Map<Route, Hot>();
	readonly #rumoured = new Map<Route, Rumoured>();
	/** How many rumours of each sender stand here. */
	readonly #rumours = new Map<string, number>();

	get size(): number {
		return this.#sure.size + this.#rumoured.size;
	}

	/** Whether the store itself has named a route. */
	get isSure(): boolean {
		return this.#sure.size > 0;
	}

	has(route: Route): boolean {
		return this.#sure.has(route) || this.#rumoured.has(route);
	}

	/**
	 * Whether a hint, after so many claims, makes the next claim ask for a route that it
	 * would not ask for otherwise.
	 */
	isNews(route: Route, claims: number): boolean {
		const hot = this.#sure.get(route) ?? this.#rumoured.get(route);
		return hot === undefined || hot.hintedAt < claims;
	}

	/** The route has work, or is about to. So many claims had been sent. */
	hint(route: Route, claims: number): void {
		const hot = this.#sure.get(route);
		if (hot !== undefined) {
			hot.hintedAt = claims;
			return;
		}
		const from = this.#rumoured.get(route)?.from;
		this.#forgetRumour(route);
		this.#sure.set(route, { hintedAt: claims, from });
	}

	/**
	 * A peer says that the route has work. False if so many of its rumours stand already
	 * that this one is not kept.
	 */
	rumour(route: Route, from: string, claims: number): boolean {
		const hot = this.#sure.get(route) ?? this.#rumoured.get(route);
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

	/** The next routes to ask for. */
	next(max: number): Route[] {
		const routes: Route[] = [];
		for (const lane of [this.#sure, this.#rumoured])
			for (const route of lane.keys()) {
				if (routes.length === max) return routes;
				routes.push(route);
			}
		return routes;
	}

	/** The route has no work, as the store says. */
	drop(route: Route): void {
		this.#sure.delete(route);
		this.#forgetRumour(route);
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
		const hot = this.#sure.get(route) ?? this.#rumoured.get(route);
		if (hot === undefined) return undefined;
		const { hintedAt, from } = hot;
		const isSure = waits || this.#sure.has(route);
		// What came after this claim is for the next one to judge.
		const isNew = hintedAt >= claim;
		this.drop(route);
		if (isSure && (waits || isNew))
			this.#sure.set(route, { hintedAt, from: isNew ? from : undefined });
		else if (isNew && from !== undefined) this.rumour(route, from, hintedAt);
		return had && !isNew ? from : undefined;
	}

	#forgetRumour(route: Route): void {
		const { teller } = this.#rumoured.get(route) ?? {};
		if (teller === undefined) return;
		this.#rumoured.delete(route);
		const left = (this.#rumours.get(teller) ?? 1) - 1;
		if (left === 0) this.#rumours.delete(teller);
		else this.#rumours.set(teller, left);
	}
}
