/**
 * Waiter: answers those who wait for a task to end.
 *
 * Tasks that end here are known at once; for those that end elsewhere it looks
 * into the store: for each more and more seldom the longer it is waited for, down to
 * every WAIT_POLL_MS_MAX, and for those whose time comes at about the same moment
 * together. Costs nothing while nobody waits.
 */
import {
	WAIT_BATCH_MAX,
	WAIT_POLL_MS_MAX,
	WAIT_POLL_MS_MIN,
	WAITERS_MAX,
} from "../protocol/limits.ts";
import { isEnded } from "../protocol/state.ts";
import type { TaskRecord } from "../protocol/task.ts";
import { type Clock, type Log, StoreError, type Timer } from "./ports.ts";

export interface WaiterParts {
	readonly clock: Clock;
	readonly log: Log;
	/** In order; undefined for what does not exist. */
	readonly get: (ids: readonly string[]) => Promise<(TaskRecord | undefined)[]>;
}

type Answer = (task: TaskRecord | undefined) => void;

/** Somebody waits for a task to end. */
export interface Wait {
	/** Undefined where the time was over first, or the wait was given up. */
	readonly ended: Promise<TaskRecord | undefined>;
	/** To be called once the task was seen not to be over: from now on it is looked for. */
	lookSoon(): void;
	giveUp(): void;
}

/** A task that is waited for. */
interface Awaited {
	readonly answers: Set<Answer>;
	/** When it is to be looked for next. */
	dueMs: number;
	/** Between that look and the one after it. */
	pollMs: number;
}

/** Each interval is so many times the one before: what is waited for is seen at most so much too late, in proportion. */
const POLL_GROWTH = 1.3;
/** Looks may come so much of the interval after them early, to go out with others. */
const POLL_SLACK = 0.25;

const NEVER = Number.POSITIVE_INFINITY;

export class Waiter {
	readonly #awaited = new Map<string, Awaited>();
	/** Tasks that are being looked for since they have ended here. */
	readonly #asked = new Set<string>();
	#count = 0;
	#timer: Timer | undefined;
	/** When the timer goes off. */
	#timerMs = NEVER;
	#looking = false;
	readonly #parts: WaiterParts;

	constructor(parts: WaiterParts) {
		this.#parts = parts;
	}

	get full(): boolean {
		return this.#count >= WAITERS_MAX;
	}

	/**
	 * Waits for the task to end, for at most `ms`. (Not with an AbortSignal: to join
	 * the caller's with one of its own leaves weak references behind.)
	 */
	wait(id: string, ms: number): Wait {
		const { promise, resolve } = Promise.withResolvers<
			TaskRecord | undefined
		>();
		const awaited = this.#awaited.get(id) ?? this.#begin(id);
		awaited.answers.add(resolve);
		this.#count += 1;
		const giveUp = () => resolve(undefined);
		const timer = this.#parts.clock.after(ms, giveUp);
		const ended = promise.finally(() => {
			timer.cancel();
			this.#count -= 1;
			awaited.answers.delete(resolve);
			if (awaited.answers.size === 0) this.#awaited.delete(id);
		});
		return { ended, lookSoon: () => this.#lookSoon(awaited), giveUp };
	}

	/**
	 * The ends of these are on their way to the store, or there: look now for those who
	 * wait for one of them. (A look overtakes them only where their script had to be
	 * sent again, whole; then the next one finds them.)
	 */
	endedHere(ids: readonly string[]): void {
		if (this.#awaited.size === 0) return;
		const awaited = ids.filter(
			(id) => this.#awaited.has(id) && !this.#asked.has(id),
		);
		if (awaited.length > 0) void this.#askAtOnce(awaited);
	}

	async #askAtOnce(ids: readonly string[]): Promise<void> {
		for (const id of ids) this.#asked.add(id);
		try {
			await this.#ask(ids);
		} finally {
			for (const id of ids) this.#asked.delete(id);
		}
	}

	#begin(id: string): Awaited {
		const awaited = {
			answers: new Set<Answer>(),
			dueMs: NEVER,
			pollMs: WAIT_POLL_MS_MIN,
		};
		this.#awaited.set(id, awaited);
		return awaited;
	}

	/** Who comes to wait for a task that others wait for changes nothing for it. */
	#lookSoon(awaited: Awaited): void {
		if (awaited.dueMs !== NEVER) return;
		this.#schedule(awaited);
		this.#wakeBy(awaited.dueMs);
	}

	#schedule(awaited: Awaited): void {
		const { pollMs } = awaited;
		awaited.dueMs = this.#parts.clock.monoMs() + pollMs;
		awaited.pollMs = Math.min(pollMs * POLL_GROWTH, WAIT_POLL_MS_MAX);
	}

	#wakeBy(dueMs: number): void {
		if (this.#looking || dueMs >= this.#timerMs) return;
		const { clock } = this.#parts;
		this.#timer?.cancel();
		this.#timerMs = dueMs;
		const ms = Math.max(0, dueMs - clock.monoMs());
		this.#timer = clock.after(ms, () => void this.#look());
	}

	async #look(): Promise<void> {
		this.#looking = true;
		this.#timerMs = NEVER;
		const nowMs = this.#parts.clock.monoMs();
		const due = [...this.#awaited].filter(([, { dueMs, pollMs }]) => {
			return dueMs <= nowMs + pollMs * POLL_SLACK;
		});
		try {
			await this.#ask(due.map(([id]) => id));
		} finally {
			this.#looking = false;
			// From now on, not from the look's beginning: a slow store is asked more seldom.
			for (const [, awaited] of due) this.#schedule(awaited);
		}
		let nextMs = NEVER;
		for (const { dueMs } of this.#awaited.values())
			nextMs = Math.min(nextMs, dueMs);
		this.#wakeBy(nextMs);
	}

	/** Answers those who wait for one of these that has ended. */
	async #ask(ids: readonly string[]): Promise<void> {
		const { get, log } = this.#parts;
		try {
			for (let i = 0; i < ids.length; i += WAIT_BATCH_MAX) {
				const batch = ids.slice(i, i + WAIT_BATCH_MAX);
				const tasks = await get(batch);
				for (const [j, task] of tasks.entries()) {
					if (task !== undefined && !isEnded(task.state)) continue;
					const awaited = this.#awaited.get(batch[j] as string);
					for (const answer of awaited?.answers ?? []) answer(task);
				}
			}
		} catch (error) {
			// Those who wait go on waiting; their time bounds it.
			if (!(error instanceof StoreError)) throw error;
			log.debug({ err: error }, "could not look for tasks that are waited for");
		}
	}
}
