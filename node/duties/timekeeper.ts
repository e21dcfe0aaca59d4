/**
 * Timekeeper: sees to it that tasks of one shard wait when they are due, and end when they
 * have expired.
 *
 * There is no leader for it. The store says what is due, and any node may ask it to act on
 * that at any time. Every pulse tells when there is something to do next; nodes set a timer
 * to that and take turns, so that the first does it, and the others only if it does not. A
 * node that has stored a task needs no turn: it may be the only one that knows of it. What a
 * pulse finds overdue all of these have missed, and whose pulse it was acts on it. (Of more
 * than fits into a step the rest is due next, and a matter of turns again; so however much is
 * overdue, three nodes at most go on with it side by side.)
 *
 * Guarantees that a task is dealt with within milliseconds of its time as long as one of the
 * nodes lives whose turn it is or that stored it, and by the next pulse of another otherwise.
 * Who acts early or twice finds nothing to do: the store goes by its own clock.
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
		/** The shard's time, as this node reckons it. */
		storeNowMs(): number;
	};
	/** See hinter.ts. */
	readonly hinter: {
		/** Tasks wait. */
		hint(counts: readonly RoutedCount[]): void;
	};
	/** See end-watcher.ts. */
	readonly watcher: {
		/** These have ended. */
		endedHere(ids: readonly string[]): void;
	};
	/** See duty-turns.ts. */
	readonly dutyTurns: {
		/** How many nodes have their turn at this before this one; undefined: it is left to others. */
		turnAt(matter: string): number | undefined;
	};
}

export class Timekeeper {
	/** When there is something to do next, in the store's time, as far as this node knows. */
	#nextMs: number | undefined;
	/** Up to then it has itself stored what is due. */
	#ownUntilMs = Number.NEGATIVE_INFINITY;
	/** On the monotonic clock. */
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

	/** The store has told when there is something to do next; undefined: nothing is to come. */
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
		// What is stored meanwhile is not in the answer.
		this.#nextMs = undefined;
		try {
			const reply = await shard.tasks.elapse(ELAPSE_BATCH_MAX);
			watcher.endedHere(reply.expiredIds);
			if (reply.promoted.length > 0) hinter.hint(reply.promoted);
			if (reply.nextTimeMs !== undefined) this.#learn(reply.nextTimeMs);
		} catch (error) {
			// The next pulse tells what is overdue.
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
