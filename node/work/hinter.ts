/**
 * Hinter: sees to it that tasks which wait in one shard, or are on their way there, are
 * claimed: by this node, and by others if they are too many for it or are left to others.
 *
 * If tasks are shared with others (see spreader.ts), each node takes only its share: this
 * node's claim for its own share leaves right behind the tasks, and the others are notified
 * once the tasks are there. All other tasks go like this:
 *
 * If tasks are on their way, this node's claim leaves right behind them. When they are
 * there, the others are told again if they were told so long ago that they may have asked
 * too early: announcement and claim take 1 ms, so a node that claimed before the tasks
 * were there did so if the answer is later than that. A claim of this node can overtake
 * the tasks only if they had to be sent again (their script whole, or to a store that was
 * full), and then their route is cold.
 */
import { HINT_AHEAD_MS_MAX } from "../../protocol/limits.ts";
import { type Route, type Serves, servesRoute } from "../../protocol/route.ts";
import type { SharePlan, Shares } from "../../protocol/share.ts";
import type { Clock, RoutedCount } from "../ports.ts";

export interface HinterParts {
	/** The index of the shard. */
	readonly shard: number;
	readonly clock: Clock;
	readonly serves: Serves;
	/** See claimer.ts. */
	readonly claimer: {
		readonly claiming: boolean;
		isHot(route: Route): boolean;
		hint(route: Route): void;
		/** So many tasks of the route are for this node. */
		want(route: Route, tasks: number): void;
	};
	/** Tells the other nodes: see announcer.ts. */
	readonly announcer: {
		/** Announces routes. Returns when the message has left, as soon as it has. */
		announce(
			shard: number,
			counts: readonly (RoutedCount & Partial<Pick<Shares, "quotas">>)[],
		): { readonly leftMs: number | undefined };
	};
	/** See last-turn.ts. */
	readonly lastTurn: { othersFirst(route: Route): number };
	readonly spreader: {
		share(counts: readonly RoutedCount[]): SharePlan | undefined;
	};
	/** See back-up.ts. */
	readonly backUp: {
		left(
			route: Route,
			tasks: number,
			told: { readonly leftMs: number | undefined },
		): void;
	};
	/** See renewer.ts. */
	readonly renewer: {
		/** Whether this node may claim now. */
		readonly trusted: boolean;
	};
	/** See runner.ts. */
	readonly runner: {
		readonly freeSlots: number;
		/** How many more tasks of the route may come. */
		roomFor(route: Route): number;
	};
}

const NO_PLAN: SharePlan = new Map();

export class Hinter {
	readonly #parts: HinterParts;

	constructor(parts: HinterParts) {
		this.#parts = parts;
	}

	/** To be called when tasks wait. */
	hint(counts: readonly RoutedCount[]): void {
		this.hintAhead(counts, this.#parts.spreader.share(counts))(counts);
	}

	/**
	 * To be called when tasks are on their way, shared like this. Returns a function to
	 * call once they have come to wait.
	 */
	hintAhead(
		counts: readonly RoutedCount[],
		plan: SharePlan = NO_PLAN,
	): (waiting: readonly RoutedCount[]) => void {
		const { shard, announcer, clock, claimer } = this.#parts;
		const whole = counts.filter(({ route }) => !plan.has(route));
		const others = this.#forOthers(whole);
		const told =
			others.length > 0
				? announcer.announce(shard, others)
				: { leftMs: undefined };
		for (const count of whole) this.#claim(count);
		for (const [route, { own }] of plan) if (own > 0) claimer.want(route, own);
		return (waiting) => {
			const { leftMs } = told;
			if (leftMs !== undefined && clock.monoMs() - leftMs > HINT_AHEAD_MS_MAX)
				announcer.announce(shard, others);
			for (const count of waiting) {
				const shares = plan.get(count.route);
				if (shares !== undefined) this.#leave(count, shares);
				else if (!claimer.isHot(count.route)) claimer.hint(count.route);
			}
		};
	}

	/** Hints at what is not shared: this node takes what it can or, if it comes last, what is too much for the others. */
	#claim({ route, count }: RoutedCount): void {
		const { claimer, lastTurn } = this.#parts;
		const forOthers = lastTurn.othersFirst(route);
		if (forOthers === 0) claimer.hint(route);
		else if (forOthers < count) claimer.want(route, count - forOthers);
	}

	/**
	 * Leaves tasks to others. Some of those expected may be there already, or may not have
	 * been taken.
	 */
	#leave(waiting: RoutedCount, { own, quotas }: Shares): void {
		const { shard, announcer, backUp } = this.#parts;
		const left = new Map<string, number>();
		let count = 0;
		for (const [nodeId, tasks] of quotas) {
			const some = Math.min(tasks, waiting.count - own - count);
			if (some <= 0) break;
			left.set(nodeId, some);
			count += some;
		}
		if (count === 0) return;
		const told = announcer.announce(shard, [
			{ ...waiting, count, quotas: left },
		]);
		backUp.left(waiting.route, count, told);
	}

	/** The tasks that are too many for this node, or not for it. */
	#forOthers(counts: readonly RoutedCount[]): readonly RoutedCount[] {
		const { serves, renewer, runner, claimer } = this.#parts;
		let slots = claimer.claiming && renewer.trusted ? runner.freeSlots : 0;
		return counts.filter(({ route, count }) => {
			if (!servesRoute(serves, route)) return true;
			slots -= count;
			return slots < 0 || runner.roomFor(route) < count;
		});
	}
}
