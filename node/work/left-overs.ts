/**
 * LeftOvers: what a node that comes last (see last-turn.ts) takes of tasks that wait in one
 * shard although others have room for them: as many as have waited for AT_RISK_MS, as the
 * store says. The others may be gone, or busy by now, or may not have been notified; and the
 * free slots that they report may not be for a type that is full there.
 *
 * A claim alone cannot make that difference: it brings whatever waits, and so would take
 * from the others what has only just come. Tasks that went back to their queue keep their
 * place there, and count as old.
 *
 * So whoever passes over a route, since it is for others first, says so here, and a while
 * later the store is asked whether tasks are left. Routes for which there is no room then are
 * looked at again, until nothing is left: nobody else would report them before the next
 * sweep. One question is asked at a time, about a few routes, and RUMOURS_MAX routes stand
 * here at most.
 */
import {
	AT_RISK_MS,
	BACK_UP_MS,
	LEFT_OVER_AGAIN_MS,
	LEFT_OVER_ROUTES_MAX,
	RUMOURS_MAX,
} from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import {
	type Clock,
	type Log,
	type Shard,
	StoreError,
	type Timer,
} from "../ports.ts";

export interface LeftOversParts {
	readonly shard: {
		readonly index: number;
		readonly tasks: Pick<Shard["tasks"], "leftOver">;
	};
	readonly clock: Clock;
	readonly log: Log;
	/** See shard-engine.ts. */
	readonly engine: {
		/** See claimer.ts. */
		readonly claimer: {
			readonly claiming: boolean;
			want(route: Route, tasks: number): void;
			/** Tasks that the claimer is to take and has no slots for yet. */
			readonly wanted: { readonly tasks: number };
		};
	};
	/** See runner.ts. */
	readonly runner: {
		/** How many more tasks of the route may come. */
		roomFor(route: Route): number;
	};
}

interface Look {
	readonly dueMs: number;
	/** When to look once more, for what has come since this look was planned. */
	readonly againMs: number | undefined;
}

export class LeftOvers {
	/** Routes to look at later. */
	readonly #later = new Map<Route, Look>();
	/** Routes to look at now. */
	readonly #now = new Set<Route>();
	#isLooking = false;
	#timer: Timer | undefined;
	readonly #parts: LeftOversParts;

	constructor(parts: LeftOversParts) {
		this.#parts = parts;
	}

	stop(): void {
		this.#timer?.cancel();
		this.#later.clear();
		this.#now.clear();
	}

	/** Whether the route will be looked at anyway. */
	has(route: Route): boolean {
		return this.#later.has(route);
	}

	/**
	 * Tasks of the route wait, or are about to, and are for others first. They may be
	 * announced a moment before the store has them.
	 */
	passedOver(route: Route): void {
		const dueMs = this.#parts.clock.monoMs() + AT_RISK_MS + BACK_UP_MS;
		const former = this.#later.get(route);
		if (former === undefined) this.#plan(route, dueMs);
		else this.#later.set(route, { ...former, againMs: dueMs });
	}

	/** Takes what is left over of these routes. */
	take(routes: Iterable<Route>): void {
		for (const route of routes) this.#now.add(route);
		void this.#look();
	}

	#plan(route: Route, dueMs: number): void {
		if (!this.#parts.engine.claimer.claiming) return;
		if (this.#later.size >= RUMOURS_MAX) return;
		this.#later.set(route, { dueMs, againMs: undefined });
		this.#timer ??= this.#timerAt(dueMs);
	}

	#timerAt(dueMs: number): Timer {
		const { clock } = this.#parts;
		const ms = Math.max(0, Math.ceil(dueMs - clock.monoMs()));
		return clock.after(ms, () => {
			this.#timer = undefined;
			void this.#look();
		});
	}

	async #look(): Promise<void> {
		if (this.#isLooking) return;
		this.#isLooking = true;
		try {
			for (let some = this.#next(); some.length > 0; some = this.#next())
				await this.#ask(some);
		} catch (error) {
			// The next sweep finds what still waits.
			if (!(error instanceof StoreError)) throw error;
			this.#now.clear();
			const { log, shard } = this.#parts;
			log.debug({ err: error, shard: shard.index }, "could not see what waits");
		} finally {
			this.#isLooking = false;
			this.#arm();
		}
	}

	/** The next routes to ask about. Those without room are looked at again. */
	#next(): Route[] {
		const { clock, engine } = this.#parts;
		if (!engine.claimer.claiming) this.stop();
		for (const [route, { dueMs, againMs }] of this.#later)
			if (dueMs <= clock.monoMs()) {
				this.#later.delete(route);
				this.#now.add(route);
				if (againMs !== undefined) this.#plan(route, againMs);
			}
		const some: Route[] = [];
		for (const route of this.#now) {
			if (some.length === LEFT_OVER_ROUTES_MAX) break;
			this.#now.delete(route);
			if (this.#roomFor(route) > 0) some.push(route);
			else this.#lookAgain(route);
		}
		return some;
	}

	/** Asks the store what is left on these routes, and takes it. @throws StoreError */
	async #ask(routes: readonly Route[]): Promise<void> {
		const { shard, engine } = this.#parts;
		const counts = await shard.tasks.leftOver(routes, AT_RISK_MS);
		for (const [i, route] of routes.entries()) {
			const count = counts[i] ?? 0;
			const tasks = Math.min(count, this.#roomFor(route));
			if (tasks > 0) engine.claimer.want(route, tasks);
			if (tasks < count) this.#lookAgain(route);
		}
	}

	#roomFor(route: Route): number {
		const { runner, engine } = this.#parts;
		return Math.max(0, runner.roomFor(route) - engine.claimer.wanted.tasks);
	}

	#lookAgain(route: Route): void {
		const dueMs = this.#parts.clock.monoMs() + LEFT_OVER_AGAIN_MS;
		const former = this.#later.get(route);
		if (former === undefined) this.#plan(route, dueMs);
		else
			this.#later.set(route, {
				dueMs,
				againMs: former.againMs ?? former.dueMs,
			});
	}

	/** The first of what is planned may be due sooner than what the timer was set for. */
	#arm(): void {
		this.#timer?.cancel();
		this.#timer = undefined;
		if (this.#later.size === 0) return;
		const due = [...this.#later.values()].map(({ dueMs }) => dueMs);
		this.#timer = this.#timerAt(Math.min(...due));
	}
}
