/**
 * Spreader: which of the tasks that come to one shard through this node the node takes
 * itself, and which it leaves to others (see `protocol/share.ts` for how many).
 *
 * Tasks of types that take no time stay, unless this node may soon be taken away. So do
 * all tasks if there is no other node, or no room for all of them. Tasks left to a node count as its load until it reports its load
 * again (see roster.ts). Guarantees only that this node takes what others do not, if it
 * can (see back-up.ts); the sweep finds the rest.
 */
import { type Quota, shortQuotas } from "../../protocol/gossip.ts";
import { CLAIM_BATCH_MAX, QUOTAS_MAX } from "../../protocol/limits.ts";
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
	turnsAt,
} from "../../protocol/share.ts";
import type { RoutedCount } from "../ports.ts";

export interface SpreaderParts {
	readonly self: string;
	readonly serves: Serves;
	/** See self-report.ts. */
	readonly report: { readonly atRisk: boolean };
	/** See run-meter.ts. */
	readonly durations: { isShort(type: string): boolean };
	/** See roster.ts. */
	readonly roster: {
		/** The number of nodes in the cluster, including this one. */
		readonly nodes: number;
		/** Other nodes that serve the route, and what room they have. */
		candidates(route: Route): readonly Room[];
		/** The same nodes, with the room that they report, whatever has been left to them since. */
		reported(route: Route): readonly Room[];
	};
	/** See promised-load.ts. */
	readonly promised: {
		/** So many tasks are left to these nodes. */
		promise(quotas: readonly Quota[]): void;
	};
	/** See claimer.ts. */
	readonly claimer: {
		readonly claiming: boolean;
		/** Tasks that the claimer is to take and has no slots for yet. */
		readonly wanted: { readonly tasks: number };
	};
	/** See renewer.ts. */
	readonly renewer: {
		/** Whether this node may claim now. */
		readonly trusted: boolean;
	};
	/** See runner.ts. */
	readonly runner: {
		readonly slots: number;
		readonly freeSlots: number;
		/** How many more tasks of the route may come. */
		roomFor(route: Route): number;
	};
}

export class Spreader {
	/** Which of the other nodes comes first if several have as much room. */
	#first = 0;
	readonly #parts: SpreaderParts;

	constructor(parts: SpreaderParts) {
		this.#parts = parts;
	}

	/** Whether tasks of these routes, in a row, may be shared with others at all. */
	mayShare(tasks: readonly { readonly route: Route }[]): boolean {
		const { roster, durations, report } = this.#parts;
		if (roster.nodes === 1) return false;
		if (report.atRisk) return true;
		let last: Route | undefined;
		for (const { route } of tasks) {
			// Usually they are all of one.
			if (route === last) continue;
			last = route;
			if (!durations.isShort(typeOf(route))) return true;
		}
		return false;
	}

	/** How to share tasks that come to wait; undefined if no other node gets any. */
	share(counts: readonly RoutedCount[]): SharePlan | undefined {
		const { promised, durations, serves, runner, self } = this.#parts;
		if (!this.mayShare(counts)) return undefined;
		const { atRisk } = this.#parts.report;
		const { slots } = runner;
		let freeSlots = this.#freeSlots();
		const plan = new Map<Route, Shares>();
		for (const { route, count } of counts) {
			if (!atRisk && durations.isShort(typeOf(route))) {
				freeSlots = Math.max(0, freeSlots - count);
				continue;
			}
			const free = servesRoute(serves, route)
				? Math.min(freeSlots, runner.roomFor(route))
				: 0;
			const own = { nodeId: self, freeSlots: free, slots, atRisk };
			const shares = this.#shareOut(count, own, route);
			freeSlots = Math.max(0, freeSlots - (shares?.own ?? count));
			if (shares === undefined || shares.quotas.size === 0) continue;
			plan.set(route, shares);
			promised.promise(shortQuotas(shares.quotas));
		}
		return plan.size === 0 ? undefined : plan;
	}

	/**
	 * Which of the tasks that wait on these routes are this node's, once that node is gone.
	 * Who serves any of the routes has turns at all of them.
	 */
	turns(routes: readonly Route[], gone: string): readonly number[] {
		const { roster, runner, report, self } = this.#parts;
		const { slots } = runner;
		const { atRisk } = report;
		const own = { nodeId: self, freeSlots: this.#freeSlots(), slots, atRisk };
		const others = new Map<string, Room>();
		for (const route of routes) {
			// As in #shareOut.
			const rooms = atRisk ? roster.reported(route) : roster.candidates(route);
			for (const room of rooms)
				if (room.nodeId !== gone) others.set(room.nodeId, room);
		}
		return turnsAt(CLAIM_BATCH_MAX, own, [...others.values()]);
	}

	/**
	 * A node that may be taken away, this or another one, gets nothing that is only believed to
	 * be too much for the others: what they do not take it takes a moment later.
	 */
	#shareOut(count: number, own: Room, route: Route): Shares | undefined {
		const { roster } = this.#parts;
		const others = this.#inTurn(roster.candidates(route));
		const shares = shareOut(count, own, others);
		const isForRisk = others.some(
			({ nodeId, atRisk }) => atRisk && shares?.quotas.has(nodeId),
		);
		if (!isForRisk && (!own.atRisk || shares?.own === 0)) return shares;
		return shareOut(count, own, this.#inTurn(roster.reported(route)));
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
			.sort(
				(a, b) =>
					Number(a.atRisk ?? false) - Number(b.atRisk ?? false) ||
					b.freeSlots / b.slots - a.freeSlots / a.slots,
			)
			.slice(0, QUOTAS_MAX);
	}
}
