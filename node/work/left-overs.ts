/**
 * LeftOvers: what a node that comes last (see last-turn.ts) takes of tasks that wait in one
 * shard although others have room for them: as many as have waited for AT_RISK_MS, as the
 * store says. The others may be gone, or busy by now, or may not have been told.
 *
 * A claim by itself cannot tell: it brings whatever waits, and so would take from the others
 * what has come just now. Tasks that went back to their queue keep their place there, and
 * count as old.
 */
import {
	AT_RISK_MS,
	CLAIM_BATCH_MAX,
	LEFT_OVER_ROUTES_MAX,
} from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import { type Log, type Shard, StoreError } from "../ports.ts";

export interface LeftOversParts {
	readonly shard: {
		readonly index: number;
		readonly tasks: Pick<Shard["tasks"], "leftOver">;
	};
	readonly log: Log;
	/** See claimer.ts. */
	readonly claimer: {
		readonly claiming: boolean;
		want(route: Route, tasks: number): void;
	};
	/** See runner.ts. */
	readonly runner: {
		/** How many more tasks of the route may come. */
		roomFor(route: Route): number;
	};
}

export class LeftOvers {
	readonly #parts: LeftOversParts;

	constructor(parts: LeftOversParts) {
		this.#parts = parts;
	}

	/** Takes what is left over of these routes, but no more of each than this. */
	async take(
		routes: readonly Route[],
		tasksMax = CLAIM_BATCH_MAX,
	): Promise<void> {
		const { shard, log, claimer, runner } = this.#parts;
		const some = routes.slice(0, LEFT_OVER_ROUTES_MAX);
		if (some.length === 0 || !claimer.claiming) return;
		try {
			const counts = await shard.tasks.leftOver(some, AT_RISK_MS);
			for (const [i, route] of some.entries()) {
				const room = Math.min(tasksMax, runner.roomFor(route));
				const tasks = Math.min(counts[i] ?? 0, room);
				if (tasks > 0) claimer.want(route, tasks);
			}
		} catch (error) {
			// The next sweep finds what still waits.
			if (!(error instanceof StoreError)) throw error;
			log.debug({ err: error, shard: shard.index }, "could not see what waits");
			return;
		}
		await this.take(routes.slice(LEFT_OVER_ROUTES_MAX), tasksMax);
	}
}
