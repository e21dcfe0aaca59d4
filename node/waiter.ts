/**
 * Waiter: answers those who wait for a task to end.
 *
 * Tasks that end here are known at once; for those that end elsewhere it looks
 * into the store, all of them together, more and more slowly up to every
 * WAIT_POLL_MS_MAX. Costs nothing while nobody waits.
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

export class Waiter {
	readonly #waiting = new Map<string, Set<Answer>>();
	/** Tasks that are being looked for since they have ended here. */
	readonly #asked = new Set<string>();
	#count = 0;
	#timer: Timer | undefined;
	/** When the next look is due: it is only ever brought forward. */
	#dueMs = Number.POSITIVE_INFINITY;
	#looking = false;
	#pollMs = WAIT_POLL_MS_MIN;
	readonly #parts: WaiterParts;

	constructor(parts: WaiterParts) {
		this.#parts = parts;
	}

	get full(): boolean {
		return this.#count >= WAITERS_MAX;
	}

	/** Resolves when the task has ended or `ms` are over or `signal` aborts: undefined then. */
	ended(
		id: string,
		ms: number,
		signal: AbortSignal,
	): Promise<TaskRecord | undefined> {
		const { clock } = this.#parts;
		const { promise, resolve } = Promise.withResolvers<
			TaskRecord | undefined
		>();
		const answers = this.#waiting.get(id) ?? new Set<Answer>();
		this.#waiting.set(id, answers);
		answers.add(resolve);
		this.#count += 1;
		const timer = clock.after(ms, () => resolve(undefined));
		const abort = () => resolve(undefined);
		signal.addEventListener("abort", abort);
		if (signal.aborted) abort();
		return promise.finally(() => {
			timer.cancel();
			signal.removeEventListener("abort", abort);
			this.#count -= 1;
			answers.delete(resolve);
			if (answers.size === 0) this.#waiting.delete(id);
		});
	}

	/** Somebody has come to wait, and has seen that the task is not over: look soon. */
	lookSoon(): void {
		this.#pollMs = WAIT_POLL_MS_MIN;
		this.#lookIn(this.#pollMs);
	}

	/**
	 * The ends of these are on their way to the store, or there: look now for those who
	 * wait for one of them. (A look overtakes them only where their script had to be
	 * sent again, whole; then the next one finds them.)
	 */
	endedHere(ids: readonly string[]): void {
		if (this.#waiting.size === 0) return;
		const awaited = ids.filter(
			(id) => this.#waiting.has(id) && !this.#asked.has(id),
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

	#lookIn(ms: number): void {
		const dueMs = this.#parts.clock.monoMs() + ms;
		if (dueMs >= this.#dueMs) return;
		this.#dueMs = dueMs;
		if (!this.#looking) this.#setTimer();
	}

	#setTimer(): void {
		const { clock } = this.#parts;
		this.#timer?.cancel();
		if (this.#dueMs === Number.POSITIVE_INFINITY) return;
		const ms = Math.max(0, this.#dueMs - clock.monoMs());
		this.#timer = clock.after(ms, () => void this.#look());
	}

	async #look(): Promise<void> {
		this.#looking = true;
		this.#dueMs = Number.POSITIVE_INFINITY;
		try {
			await this.#ask([...this.#waiting.keys()]);
		} finally {
			this.#looking = false;
		}
		this.#pollMs = Math.min(this.#pollMs * 1.5, WAIT_POLL_MS_MAX);
		if (this.#waiting.size > 0) this.#lookIn(this.#pollMs);
		// One that was asked for during this look may be due already.
		this.#setTimer();
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
					for (const answer of this.#waiting.get(batch[j] as string) ?? [])
						answer(task);
				}
			}
		} catch (error) {
			// Those who wait go on waiting; their time bounds it.
			if (!(error instanceof StoreError)) throw error;
			log.debug({ err: error }, "could not look for tasks that are waited for");
		}
	}
}
