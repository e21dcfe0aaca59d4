/**
 * Hinter: sees to it that tasks which wait in one shard, or are on their way there, are
 * claimed: by this node, and by others what is too much for it.
 *
 * Where they are on their way, this node's claim goes out right behind them. When they
 * are there, the others are told again if they were told so long ago that they may have
 * asked too early: word and question take 1 ms, so who asked before the tasks were there
 * did so where the answer is later than that. A claim of this node has overtaken them
 * only where they had to be sent again (their script whole, or to a store that was full),
 * and then their route is cold.
 */
import { HINT_AHEAD_MS_MAX } from "../../protocol/limits.ts";
import { type Route, type Serves, servesRoute } from "../../protocol/route.ts";
import type { Clock, RoutedCount } from "../ports.ts";

export interface HinterParts {
	/** Index of the shard. */
	readonly shard: number;
	readonly clock: Clock;
	readonly serves: Serves;
	/** See claimer.ts. */
	readonly claimer: {
		readonly claiming: boolean;
		isHot(route: Route): boolean;
		hint(route: Route): void;
	};
	/** Tells the other nodes: see announcer.ts. */
	readonly announcer: {
		/** Returns when the message that does has left, as soon as it has. */
		announce(
			shard: number,
			counts: readonly RoutedCount[],
		): { readonly leftMs: number | undefined };
	};
	/** See renewer.ts. */
	readonly renewer: {
		/** This node may claim now. */
		readonly trusted: boolean;
	};
	/** See runner.ts. */
	readonly runner: { readonly freeSlots: number };
}

export class Hinter {
	readonly #parts: HinterParts;

	constructor(parts: HinterParts) {
		this.#parts = parts;
	}

	/** Returns what is to be called when tasks that were on their way have come to wait. */
	hint(
		counts: readonly RoutedCount[],
	): (waiting: readonly RoutedCount[]) => void {
		const { shard, announcer, clock, claimer } = this.#parts;
		const others = this.#forOthers(counts);
		const told =
			others.length > 0
				? announcer.announce(shard, others)
				: { leftMs: undefined };
		for (const { route } of counts) claimer.hint(route);
		return (waiting) => {
			const { leftMs } = told;
			if (leftMs !== undefined && clock.monoMs() - leftMs > HINT_AHEAD_MS_MAX)
				announcer.announce(shard, others);
			for (const { route } of waiting)
				if (!claimer.isHot(route)) claimer.hint(route);
		};
	}

	/** What is too much for this node, or nothing for it. */
	#forOthers(counts: readonly RoutedCount[]): readonly RoutedCount[] {
		const { serves, renewer, runner, claimer } = this.#parts;
		let slots = claimer.claiming && renewer.trusted ? runner.freeSlots : 0;
		return counts.filter(({ route, count }) => {
			if (!servesRoute(serves, route)) return true;
			slots -= count;
			return slots < 0;
		});
	}
}
