/**
 * WantedRoutes: the routes of one shard of which this node is to take a number of tasks and
 * no more, because the rest are left to other nodes (see spreader.ts). A claim for them
 * asks for that many. Tasks that it does not find have been taken by somebody else, and are
 * not asked for again.
 *
 * At most RUMOURS_MAX entries of one sender stand here, as with rumours in
 * `hot-routes.ts`.
 */
import { CLAIM_ROUTES_MAX, RUMOURS_MAX } from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";

interface Wanted {
	readonly tasks: number;
	/** The sender whose word it is; undefined for this node's own. */
	readonly from: string | undefined;
}

/** Routes that were taken out to be asked for, in that order. */
export type TakenRoutes = ReadonlyMap<Route, Wanted>;

export class WantedRoutes {
	readonly #wanted = new Map<Route, Wanted>();
	/** The number of entries that are the word of each sender. */
	readonly #words = new Map<string, number>();

	get size(): number {
		return this.#wanted.size;
	}

	/** The number of wanted tasks, over all routes. */
	get tasks(): number {
		let sum = 0;
		for (const { tasks } of this.#wanted.values()) sum += tasks;
		return sum;
	}

	has(route: Route): boolean {
		return this.#wanted.has(route);
	}

	/**
	 * Wants so many more tasks. False if so many words of the sender stand already that
	 * this one is not kept.
	 */
	add(route: Route, tasks: number, from: string | undefined): boolean {
		const former = this.#wanted.get(route);
		if (former !== undefined) {
			this.#wanted.set(route, { ...former, tasks: tasks + former.tasks });
			return true;
		}
		if (from !== undefined) {
			const words = this.#words.get(from) ?? 0;
			if (words >= RUMOURS_MAX) return false;
			this.#words.set(from, words + 1);
		}
		this.#wanted.set(route, { tasks, from });
		return true;
	}

	/** Takes out the next routes to ask for, in the order in which they came. */
	take(): TakenRoutes {
		const taken = new Map<Route, Wanted>();
		for (const [route, wanted] of this.#wanted) {
			if (taken.size === CLAIM_ROUTES_MAX) break;
			taken.set(route, wanted);
		}
		for (const route of taken.keys()) this.drop(route);
		return taken;
	}

	/**
	 * So many tasks of these routes were asked for, and these came. If as many came, the
	 * rest is still wanted. Returns whose words have proved true.
	 */
	answered(
		taken: TakenRoutes,
		asked: number,
		came: readonly { readonly route: Route }[],
	): string[] {
		const proved: string[] = [];
		for (const [route, { tasks, from }] of taken) {
			const got = came.filter((task) => task.route === route).length;
			if (got > 0 && from !== undefined) proved.push(from);
			if (got < tasks && came.length >= asked)
				this.add(route, tasks - got, from);
		}
		return proved;
	}

	drop(route: Route): void {
		const from = this.#wanted.get(route)?.from;
		this.#wanted.delete(route);
		if (from === undefined) return;
		const left = (this.#words.get(from) ?? 1) - 1;
		if (left === 0) this.#words.delete(from);
		else this.#words.set(from, left);
	}
}
