/**
 * Sweeper: claims from the routes that a pulse has named, a moment later if there are
 * other nodes, or may be.
 *
 * A pulse may come just when tasks do that are for others, or whose shares are on their
 * way (see hinter.ts). A node that claimed at once would take all that it can, and the
 * others would find nothing. So whoever was told goes first; a sweep is for what nobody
 * has taken, and has time. A node that comes last takes of it what has waited for long.
 */
import { SWEEP_AFTER_MS } from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import type { Clock, Timer } from "../ports.ts";

export interface SweeperParts {
	readonly clock: Clock;
	/** See claimer.ts. */
	readonly claimer: { hint(route: Route): void };
	/** See last-turn.ts. */
	readonly lastTurn: { othersFirst(route: Route): number };
	/** See left-overs.ts. */
	readonly leftOvers: { take(routes: readonly Route[]): void };
	/** See roster.ts. */
	readonly roster: {
		/** The number of nodes in the cluster, including this one. */
		readonly nodes: number;
	};
	/** See arrival.ts. */
	readonly arrival: {
		/** Whether it is known who else is there. */
		readonly isOver: boolean;
	};
}

export class Sweeper {
	readonly #waiting = new Set<Timer>();
	readonly #parts: SweeperParts;

	constructor(parts: SweeperParts) {
		this.#parts = parts;
	}

	stop(): void {
		for (const timer of this.#waiting) timer.cancel();
		this.#waiting.clear();
	}

	/** A pulse has named these routes. */
	found(routes: readonly Route[]): void {
		const { clock, roster, arrival } = this.#parts;
		if (routes.length === 0) return;
		if (roster.nodes === 1 && arrival.isOver) {
			this.#claim(routes);
			return;
		}
		const timer = clock.after(SWEEP_AFTER_MS, () => {
			this.#waiting.delete(timer);
			this.#claim(routes);
		});
		this.#waiting.add(timer);
	}

	#claim(routes: readonly Route[]): void {
		const { claimer, lastTurn, leftOvers } = this.#parts;
		const forOthers: Route[] = [];
		for (const route of routes)
			if (lastTurn.othersFirst(route) > 0) forOthers.push(route);
			else claimer.hint(route);
		leftOvers.take(forOthers);
	}
}
