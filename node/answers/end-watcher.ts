/**
 * EndWatcher: answers those who wait for a task to end.
 *
 * Tasks that end here are known at once. For tasks that end elsewhere it polls the store:
 * the longer a task is waited for, the more rarely, down to every WAIT_POLL_MS_MAX; and
 * tasks that are due for a look at about the same time are looked at together. Costs
 * nothing while nobody waits.
 */
import {
	READ_BYTES,
	READS_MAX,
	UNSENT_SMALL_BYTES,
	WAIT_BATCH_MAX,
	WAIT_POLL_MS_MAX,
	WAIT_POLL_MS_MIN,
	WAITERS_MAX,
} from "../../protocol/limits.ts";
import { shardOf } from "../../protocol/shard.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import {
	type Clock,
	type EndApi,
	type Found,
	type Log,
	type ReaderPlace,
	type ShardTasks,
	StoreError,
	type TaskRead,
	type Timer,
} from "../ports.ts";
import { bytesFor, endOf, isLarge, readInto, type SoFar } from "./room-read.ts";

export interface EndWatcherParts {
	readonly clock: Clock;
	readonly log: Log;
	/** The tasks of each shard, in order. */
	readonly tasks: readonly Pick<ShardTasks, "get" | "over">[];
	/** See home-word.ts. */
	readonly home: {
		/** Makes sure that the cluster has this node's number of shards. @throws StoreError */
		confirm(): Promise<void>;
	};
}

type Answer = (end: SoFar | undefined) => void;

/** Somebody waits for a task to end. */
export interface Wait {
	/** The ended task; undefined if the time was over first, or the wait was given up. */
	readonly ended: Promise<SoFar | undefined>;
	/**
	 * To be called once the task was seen not to be over: from then on it is looked for.
	 */
	lookSoon(): void;
	giveUp(): void;
}

/** A task that is waited for. */
interface Awaited {
	readonly answers: Set<Answer>;
	/** When to look for it next. */
	dueMs: number;
	/** The interval between that look and the one after it. */
	pollMs: number;
}

/**
 * Each interval is this many times the one before, so that an end is seen late only in
 * proportion to the wait.
 */
const POLL_GROWTH = 1.3;
/** A look may come early by this much of the interval after it, to go out with others. */
const POLL_SLACK = 0.25;

const NEVER = Number.POSITIVE_INFINITY;

export class EndWatcher implements EndApi {
	readonly #awaited = new Map<string, Awaited>();
	/** Tasks that are being looked for because they have ended here. */
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
		place: ReaderPlace,
	): Promise<Found | undefined> {
		const read = (bytesMax: number) => this.#get(id, bytesMax);
		if (ms <= 0 || this.#count >= WAITERS_MAX)
			return await readInto(place, read);
		return await readInto(place, read, () =>
			this.#awaitEnd(id, ms, signal, place),
		);
	}

	async #awaitEnd(
		id: string,
		ms: number,
		signal: AbortSignal,
		place: ReaderPlace,
	): Promise<SoFar> {
		// First wait, then look: otherwise it could end in between, unseen.
		const { ended, lookSoon, giveUp } = this.wait(id, ms);
		signal.addEventListener("abort", giveUp);
		if (signal.aborted) giveUp();
		try {
			const { end: atOnce, known } = await this.#firstLook(id, place.bytesMax);
			if (atOnce !== undefined) return atOnce;
			place.leave();
			lookSoon();
			const end = await ended;
			if (end !== undefined) return end;
			return signal.aborted && known !== undefined ? { record: known } : 0;
		} finally {
			signal.removeEventListener("abort", giveUp);
			giveUp();
		}
	}

	/**
	 * The task, or how large it is, if there is nothing to wait for; otherwise what is kept of
	 * it as long as the wait lasts, as many may wait for large ones.
	 */
	async #firstLook(
		id: string,
		bytesMax: number,
	): Promise<{ readonly end?: SoFar; readonly known?: TaskRecord }> {
		const first = await this.#get(id, bytesMax);
		const end = endOf(first);
		if (end !== undefined) return { end };
		if (first === undefined || isLarge(first)) return {};
		const isSmall = bytesFor({ record: first }) < UNSENT_SMALL_BYTES;
		return isSmall ? { known: first } : {};
	}

	/**
	 * Waits for the task to end, for at most `ms`. (It takes no AbortSignal: joining the
	 * caller's with one of its own leaves weak references behind.)
	 */
	wait(id: string, ms: number): Wait {
		const { promise, resolve } = Promise.withResolvers<SoFar | undefined>();
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
	 * The ends of these tasks are on their way to the store, or there: looks now for those
	 * that somebody waits for. (A look can overtake an end only if its script had to be
	 * sent again, whole; then the next look finds it.)
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

	/** If others wait for the task already, another wait changes nothing for it. */
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
			// A single task is read at once, which saves a round trip.
			await (ids.length === 1 ? this.#read(ids) : this.#ask(ids));
		} finally {
			this.#looking = false;
			// Counted from now, not from when the look began: a slow store is asked more
			// rarely.
			for (const [, awaited] of due) this.#schedule(awaited);
		}
		let nextMs = NEVER;
		for (const { dueMs } of this.#awaited.values())
			nextMs = Math.min(nextMs, dueMs);
		this.#wakeBy(nextMs);
	}

	/**
	 * Asks which of these are over before it reads any: most are not, and they may be
	 * large.
	 */
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

	/** Reads some of these tasks, none of them large, and answers those who wait for one that has ended. */
	async #read(ids: readonly string[]): Promise<void> {
		for (let at = 0; at < ids.length; at += READS_MAX)
			await this.#try(() =>
				Promise.all(
					ids.slice(at, at + READS_MAX).map((id) => this.#readOne(id)),
				),
			);
	}

	async #readOne(id: string): Promise<void> {
		const end = endOf(await this.#get(id, READ_BYTES));
		if (end === undefined) return;
		for (const answer of this.#awaited.get(id)?.answers ?? []) answer(end);
	}

	/** Reads a task. @throws StoreError, also if it is not certain which shard has the task */
	async #get(id: string, bytesMax: number): Promise<TaskRead> {
		const { tasks, home } = this.#parts;
		const shard = shardOf(id, tasks.length);
		if (shard > 0) await home.confirm();
		const [task] = await this.#tasksOf(shard).get([id], bytesMax);
		return task;
	}

	#tasksOf(shard: number): Pick<ShardTasks, "get" | "over"> {
		return this.#parts.tasks[shard] as ShardTasks;
	}

	/** Looks; undefined if the store does not answer. Then those who wait go on waiting, until their time is over. */
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
