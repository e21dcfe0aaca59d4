/**
 * Timekeeper: sees to it that tasks of one shard wait when they are due, and end when
 * they have expired.
 *
 * There is no leader for this. The store says what is due, and any node may ask it to act
 * at any time. Every pulse says when there is something to do next. Nodes set a timer to
 * that time and take turns, so that the first node acts, and the others only if it does
 * not. A node that has stored a task needs no turn: it may be the only one that knows
 * about it. If a pulse finds something overdue, all of these have missed it, and the node
 * whose pulse it was acts. (If more is overdue than fits into a step, the rest is due
 * next, and a matter of turns again; so however much is overdue, at most three nodes work
 * on it side by side.)
 *
 * Guarantees that a task is dealt with within milliseconds of its time as long as one of
 * two kinds of node lives: one whose turn it is, or the one that stored it. Otherwise the
 * next pulse of another node deals with it. Acting early or twice does nothing: the store
 * goes by its own clock.
 */
import {
	ELAPSE_BATCH_MAX,
	ELAPSE_GAP_MS,
	ELAPSE_OVERDUE_MS,
	ELAPSE_TIMER_MS_MAX,
	ELAPSE_TURN_MS,
} from "../../protocol/limits.ts";
import type { Moments } from "../../protocol/task-times.ts";
import {
	type Clock,
	type Log,
	type RoutedCount,
	type Shard,
	StoreError,
	type Timer,
} from "../ports.ts";

export interface TimekeeperParts {
	readonly shard: Pick<Shard, "index" | "tasks">;
	readonly clock: Clock;
	readonly log: Log;
	/** See renewer.ts. */
	readonly renewer: {
		/** The time on the shard's clock, as this node estimates it. */
		storeNowMs(): number;
	};
	/** See hinter.ts. */
	readonly hinter: {
		/** Tasks wait. */
		hint(counts: readonly RoutedCount[]): void;
	};
	/** See end-watcher.ts. */
	readonly watcher: {
		/** These tasks have ended. */
		endedHere(ids: readonly string[]): void;
	};
	/** See duty-turns.ts. */
	readonly dutyTurns: {
		/** How many nodes have their turn at this before this one; undefined if it is left to others. */
		turnAt(matter: string): number | undefined;
	};
}

export class Timekeeper {
	/** When there is something to do next, in the store's time, as far as this node knows. */
	#nextMs: number | undefined;
	/** Up to this time the node has itself stored what is due. */
	#ownUntilMs = Number.NEGATIVE_INFINITY;
	/** When the store was last asked to act, on the monotonic clock. */
	#askedMs = Number.NEGATIVE_INFINITY;
	#asking = false;
	#timer: Timer | undefined;
	#stopped = false;
	readonly #parts: TimekeeperParts;

	constructor(parts: TimekeeperParts) {
		this.#parts = parts;
	}

	stop(): void {
		this.#stopped = true;
		this.#timer?.cancel();
	}

	/** The store has said when there is something to do next; undefined if nothing is to come. */
	pulsed(nextMs: number | undefined): void {
		if (nextMs === undefined) return;
		const nowMs = this.#parts.renewer.storeNowMs();
		if (nowMs - nextMs < ELAPSE_OVERDUE_MS) this.#learn(nextMs);
		else void this.#elapse();
	}

	/** This node has stored a task that has these times. */
	stored({ dueMs, expiresMs }: Moments): void {
		for (const ms of [dueMs, expiresMs]) {
			if (ms === undefined) continue;
			this.#ownUntilMs = Math.max(this.#ownUntilMs, ms);
			this.#learn(ms);
		}
	}

	#learn(nextMs: number): void {
		if (this.#nextMs !== undefined && this.#nextMs <= nextMs) return;
		this.#nextMs = nextMs;
		this.#arm();
	}

	#arm(): void {
		this.#timer?.cancel();
		if (this.#nextMs === undefined || this.#stopped) return;
		const { shard, clock, renewer, dutyTurns } = this.#parts;
		const isOwn = this.#nextMs <= this.#ownUntilMs;
		const matter = `${shard.index} ${this.#nextMs}`;
		const turn = isOwn ? 0 : dutyTurns.turnAt(matter);
		if (turn === undefined) {
			this.#nextMs = undefined;
			return;
		}
		const dueMs = this.#nextMs + turn * ELAPSE_TURN_MS - renewer.storeNowMs();
		const gapMs = this.#askedMs + ELAPSE_GAP_MS - clock.monoMs();
		const ms = Math.min(Math.max(dueMs, gapMs, 0), ELAPSE_TIMER_MS_MAX);
		this.#timer = clock.after(ms, () => {
			if (dueMs > ELAPSE_TIMER_MS_MAX) this.#arm();
			else void this.#elapse();
		});
	}

	async #elapse(): Promise<void> {
		if (this.#asking || this.#stopped) return;
		const { shard, clock, log, hinter, watcher } = this.#parts;
		this.#asking = true;
		this.#askedMs = clock.monoMs();
		// Tasks stored meanwhile are not in the answer.
		this.#nextMs = undefined;
		try {
			const reply = await shard.tasks.elapse(ELAPSE_BATCH_MAX);
			watcher.endedHere(reply.expiredIds);
			if (reply.promoted.length > 0) hinter.hint(reply.promoted);
			if (reply.nextTimeMs !== undefined) this.#learn(reply.nextTimeMs);
		} catch (error) {
			// The next pulse finds what is overdue.
			if (!(error instanceof StoreError)) throw error;
			log.debug(
				{ err: error, shard: shard.index },
				"the store did not say what is due",
			);
		} finally {
			this.#asking = false;
		}
		this.#arm();
	}
}
