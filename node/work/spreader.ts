/**
 * Spreader: which of the tasks that come to one shard through this node it takes itself, and
 * which it leaves to others (see `protocol/share.ts` for how many).
 *
 * Tasks of types that take no time stay, as do all where there is nobody else or no room for
 * all of them. What was left to a node counts as its load until it tells of itself again
 * (see roster.ts). Guarantees nothing but that this node takes what others do not (see
 * back-up.ts), if it can; the sweep finds the rest.
 */
import { type Quota, shortQuotas } from "../../protocol/gossip.ts";
import { QUOTAS_MAX } from "../../protocol/limits.ts";
import {
	type Route,
	type Serves,
	servesRoute,
	typeOf,
} from "../../protocol/route.ts";
import {
	type Room,
	type SharePlan,
	type Shares,
	shareOut,
} from "../../protocol/share.ts";
import type { RoutedCount } from "../ports.ts";

export interface SpreaderParts {
	readonly self: string;
	readonly serves: Serves;
	/** See run-meter.ts. */
	readonly durations: { isShort(type: string): boolean };
	/** See roster.ts. */
	readonly roster: {
		/** Nodes in the cluster, this one among them. */
		readonly nodes: number;
		/** Other nodes that serve the route, and what room they have. */
		candidates(route: Route): readonly Room[];
	};
	/** See promised-load.ts. */
	readonly promised: {
		/** So many tasks are left to these. */
		promise(quotas: readonly Quota[]): void;
	};
	/** See claimer.ts. */
	readonly claimer: {
		readonly claiming: boolean;
		/** Tasks that it is to take and has no slots for yet. */
		readonly wanted: { readonly tasks: number };
	};
	/** See renewer.ts. */
	readonly renewer: {
		/** This node may claim now. */
		readonly trusted: boolean;
	};
	/** See runner.ts. */
	readonly runner: { readonly slots: number; readonly freeSlots: number };
}

export class Spreader {
	/** Which of the others is the first where several have as much room. */
	#first = 0;
	readonly #parts: SpreaderParts;

	constructor(parts: SpreaderParts) {
		this.#parts = parts;
	}

	/** Whether tasks of these routes, in a row, may be shared with others at all. */
	mayShare(tasks: readonly { readonly route: Route }[]): boolean {
		const { roster, durations } = this.#parts;
		if (roster.nodes === 1) return false;
		let last: Route | undefined;
		for (const { route } of tasks) {
			// Mostly they are all of one.
			if (route === last) continue;
			last = route;
			if (!durations.isShort(typeOf(route))) return true;
		}
		return false;
	}

	/** How tasks are shared that come to wait; undefined: no other node gets any. */
	share(counts: readonly RoutedCount[]): SharePlan | undefined {
		const { roster, promised, durations, serves, runner, self } = this.#parts;
		if (!this.mayShare(counts)) return undefined;
		const { slots } = runner;
		let freeSlots = this.#freeSlots();
		const plan = new Map<Route, Shares>();
		for (const { route, count } of counts) {
			if (durations.isShort(typeOf(route))) {
				freeSlots = Math.max(0, freeSlots - count);
				continue;
			}
			const free = servesRoute(serves, route) ? freeSlots : 0;
			const own = { nodeId: self, freeSlots: free, slots };
			const shares = shareOut(
				count,
				own,
				this.#inTurn(roster.candidates(route)),
			);
			freeSlots = Math.max(0, freeSlots - (shares?.own ?? count));
			if (shares === undefined || shares.quotas.size === 0) continue;
			plan.set(route, shares);
			promised.promise(shortQuotas(shares.quotas));
		}
		return plan.size === 0 ? undefined : plan;
	}

	#freeSlots(): number {
		const { claimer, renewer, runner } = this.#parts;
		if (!claimer.claiming || !renewer.trusted) return 0;
		return Math.max(0, runner.freeSlots - claimer.wanted.tasks);
	}

	#inTurn(rooms: readonly Room[]): readonly Room[] {
		if (rooms.length < 2) return rooms;
		this.#first = (this.#first + 1) % rooms.length;
		const turned = [
			...rooms.slice(this.#first),
			...rooms.slice(0, this.#first),
		];
		if (turned.length <= QUOTAS_MAX) return turned;
		return turned
			.sort((a, b) => b.freeSlots / b.slots - a.freeSlots / a.slots)
			.slice(0, QUOTAS_MAX);
	}
}
