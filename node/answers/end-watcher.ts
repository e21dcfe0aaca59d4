/**
 * EndWatcher: answers those who wait for a task to end.
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
} from "../../protocol/limits.ts";
import { shardOf } from "../../protocol/shard.ts";
import { isEnded } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import {
	type Clock,
	type EndApi,
	type Log,
	type ShardTasks,
	StoreError,
	type Timer,
} from "../ports.ts";

export interface EndWatcherParts {
	readonly clock: Clock;
	readonly log: Log;
	/** Of each shard, in their order. */
	readonly tasks: readonly Pick<ShardTasks, "get" | "over">[];
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

export class EndWatcher implements EndApi {
	readonly #awaited = new Map<string, Awaited>();
	/** Tasks that are being looked for since they have ended here. */
	readonly #asked = new Set<string>();
	#count = 0;
	#timer: Timer | undefined;
	/** When the timer goes off. */
	#timerMs = NEVER;
	#looking = false;
	readonly #parts: EndWatcherParts;

	constructor(parts: EndWatcherParts) {
		this.#parts = parts;
	}

	async awaitEnd(
		id: string,
		ms: number,
		signal: AbortSignal,
		waits: () => void,
	): Promise<TaskRecord | undefined> {
		if (ms <= 0 || this.#count >= WAITERS_MAX) return await this.#get(id);
		// First wait, then look: otherwise it could end in between, unseen.
		const { ended, lookSoon, giveUp } = this.wait(id, ms);
		signal.addEventListener("abort", giveUp);
		if (signal.aborted) giveUp();
		try {
			const task = await this.#get(id);
			if (task === undefined || isEnded(task.state)) return task;
			waits();
			lookSoon();
			const end = await ended;
			if (end !== undefined) return end;
			return signal.aborted ? task : await this.#get(id);
		} finally {
			signal.removeEventListener("abort", giveUp);
			giveUp();
		}
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
			await this.#read(ids);
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
			const ids = due.map(([id]) => id);
			// One alone is read at once, which saves it a round trip.
			await (ids.length === 1 ? this.#read(ids) : this.#ask(ids));
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

	/** Asks which of these are over before it reads any: most are not, and may be large. */
	async #ask(ids: readonly string[]): Promise<void> {
		const { tasks } = this.#parts;
		const byShard = Map.groupBy(ids, (id) => shardOf(id, tasks.length));
		for (const [index, own] of byShard) {
			for (let i = 0; i < own.length; i += WAIT_BATCH_MAX) {
				const batch = own.slice(i, i + WAIT_BATCH_MAX);
				const over = await this.#try(() => this.#tasksOf(index).over(batch));
				if (over !== undefined) await this.#read(over);
			}
		}
	}

	/** Answers those who wait for one of these that has ended. */
	async #read(ids: readonly string[]): Promise<void> {
		await this.#try(() =>
			Promise.all(
				ids.map(async (id) => {
					const task = await this.#get(id);
					if (task !== undefined && !isEnded(task.state)) return;
					for (const answer of this.#awaited.get(id)?.answers ?? [])
						answer(task);
				}),
			),
		);
	}

	async #get(id: string): Promise<TaskRecord | undefined> {
		const shard = shardOf(id, this.#parts.tasks.length);
		const [task] = await this.#tasksOf(shard).get([id]);
		return task;
	}

	#tasksOf(shard: number): Pick<ShardTasks, "get" | "over"> {
		return this.#parts.tasks[shard] as ShardTasks;
	}

	/** Those who wait go on waiting where the store does not answer; their time bounds it. */
	async #try<T>(look: () => Promise<T>): Promise<T | undefined> {
		try {
			return await look();
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			const { log } = this.#parts;
			log.debug({ err: error }, "could not look for tasks that are waited for");
			return;
		}
	}
}
