/**
 * BackUp: takes tasks after all that this node has left to others, if nobody else has
 * taken them.
 *
 * The nodes that were told may be gone, or busy by now, or may have missed the message.
 * So a moment after it this node asks for as many tasks as it left; usually there are
 * none. It asks for no more. It waits while it goes on leaving tasks of the route to
 * others: what it found then would be theirs. A node that comes last (see last-turn.ts)
 * waits longer, and then asks for what has waited as long. If its own timer is late by
 * BACK_UP_LATE_MS the machine is busy: it waits as much longer, once and at most as long
 * again, since others on it are late, too, and a node that is busy need not take more.
 */
import {
	AT_RISK_MS,
	BACK_UP_LATE_MS,
	BACK_UP_MS,
	BACK_UP_QUIET_MS,
} from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import { askAtMs } from "../../protocol/share.ts";
import type { Clock, Timer } from "../ports.ts";

export interface BackUpParts {
	readonly clock: Clock;
	/** See claimer.ts. */
	readonly claimer: { want(route: Route, tasks: number): void };
	/** See last-turn.ts. */
	readonly lastTurn: {
		/** Whether this node comes last. */
		readonly isLast: boolean;
		/** How many tasks of the route others are to have before it takes any. */
		othersFirst(route: Route): number;
	};
	/** See left-overs.ts. */
	readonly leftOvers: { take(routes: readonly Route[]): void };
}

/** Tasks left to others. */
interface Left {
	readonly tasks: number;
	/** When the message left; undefined until then. */
	readonly told: { readonly leftMs: number | undefined };
}

export class BackUp {
	readonly #left = new Map<Route, Left[]>();
	#timer: Timer | undefined;
	readonly #parts: BackUpParts;

	constructor(parts: BackUpParts) {
		this.#parts = parts;
	}

	stop(): void {
		this.#timer?.cancel();
	}

	/** So many tasks of the route are for others, as the message tells them. */
	left(route: Route, tasks: number, told: Left["told"]): void {
		const former = this.#left.get(route);
		if (former === undefined) this.#left.set(route, [{ tasks, told }]);
		else former.push({ tasks, told });
		this.#timer ??= this.#arm(BACK_UP_MS);
	}

	/** `hasWaited`: its timer was late, and it has waited for that. */
	#arm(ms: number, hasWaited = false): Timer {
		const { clock } = this.#parts;
		const dueMs = clock.monoMs() + ms;
		return clock.after(ms, () => {
			this.#timer = undefined;
			const lateMs = clock.monoMs() - dueMs;
			if (lateMs >= BACK_UP_LATE_MS && !hasWaited) {
				const moreMs = Math.min(Math.ceil(lateMs), BACK_UP_MS);
				this.#timer = this.#arm(moreMs, true);
				return;
			}
			const nextMs = this.#look();
			if (nextMs !== undefined) this.#timer ??= this.#arm(nextMs);
		});
	}

	get #patienceMs(): number {
		return this.#parts.lastTurn.isLast ? AT_RISK_MS : 0;
	}

	/** Returns in how many ms to look again. */
	#look(): number | undefined {
		const { clock, claimer, lastTurn, leftOvers } = this.#parts;
		const forOthers: Route[] = [];
		const nowMs = clock.monoMs() - this.#patienceMs;
		let next: number | undefined;
		for (const [route, left] of this.#left) {
			const atMs = askAtMs(
				left.map(({ told }) => told.leftMs ?? clock.monoMs()),
			);
			if (atMs > nowMs) {
				next = Math.min(next ?? Infinity, Math.ceil(atMs - nowMs));
				continue;
			}
			let tasks = 0;
			while (left[0] !== undefined && isOver(left[0], nowMs))
				tasks += left.shift()?.tasks ?? 0;
			if (left.length === 0) this.#left.delete(route);
			else next = Math.min(next ?? Infinity, BACK_UP_QUIET_MS);
			if (tasks === 0) continue;
			// What waits there now may be what was left, or what others are about to take.
			if (lastTurn.othersFirst(route) > 0) forOthers.push(route);
			else claimer.want(route, tasks);
		}
		leftOvers.take(forOthers);
		return next;
	}
}

function isOver({ told: { leftMs } }: Left, nowMs: number): boolean {
	return leftMs !== undefined && leftMs + BACK_UP_MS <= nowMs;
}
