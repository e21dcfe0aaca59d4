/**
 * Submitter: brings new tasks to one shard.
 *
 * What comes in during one burst of events goes out as one script, so a flood costs
 * few calls; and where tasks come one by one, each goes at once. What this node can start
 * right away it takes as it is stored. Guarantees an outcome for
 * every task within SUBMIT_TIMEOUT_MS: stored, refused, or a `StoreError` that
 * says whether the task may be in the store (`unknown`) or is not
 * (`unreachable`). What was not sent in time is never sent later. A store that is
 * full is asked again for as long as room can be made; if it stays so, the log tells when
 * that begins and when it is over, as else only those who submit learn of it.
 */
import {
	SUBMIT_BATCH_BYTES_MAX,
	SUBMIT_BATCH_MAX,
	SUBMIT_BATCHES_MAX,
	SUBMIT_QUEUE_BYTES_MAX,
	SUBMIT_QUEUE_MAX,
	SUBMIT_TIMEOUT_MS,
} from "../protocol/limits.ts";
import type { Route } from "../protocol/route.ts";
import type { NewTask } from "../protocol/task.ts";
import {
	type Clock,
	type Log,
	type RoutedCount,
	type Shard,
	StoreError,
	type SubmitOutcome,
	type Timer,
} from "./ports.ts";

export interface SubmitterParts {
	readonly shard: Shard;
	readonly clock: Clock;
	readonly log: Log;
	/** The store has no memory for new tasks: makes some. Returns whether to ask it again. */
	readonly makeRoom: () => Promise<boolean>;
	/** Stores them for this node to take at once; undefined where it cannot take all, and nothing was sent. */
	readonly submitHere: (
		tasks: readonly NewTask[],
	) => Promise<readonly SubmitOutcome[]> | undefined;
	/** Tasks are on their way to the store: hint at them. */
	readonly sending: (counts: readonly RoutedCount[]) => Sent;
	/** Whether a living node, as far as this one knows, can run tasks of the route. */
	readonly isServed: (route: Route) => boolean;
	/** The store has no task of the route, and takes none. */
	readonly refused: (route: Route) => void;
}

/** To be called once tasks that were on their way have come to wait in the store. */
export type Sent = (counts: readonly RoutedCount[]) => void;

interface Item {
	readonly task: NewTask;
	readonly cohort: Cohort;
	sent: boolean;
	/** Empty once it has been called. */
	settle: ((outcome: SubmitOutcome | StoreError) => void) | undefined;
}

/** The tasks of one burst: they have one deadline. */
interface Cohort {
	readonly items: Set<Item>;
	timer: Timer | undefined;
}

export class Submitter {
	#queue: Item[] = [];
	#queuedBytes = 0;
	#batches = 0;
	/** The burst that is being gathered. */
	#burst: Cohort | undefined;
	/** The last burst was of one task. */
	#calm = true;
	#storeIsFull = false;
	readonly #parts: SubmitterParts;

	constructor(parts: SubmitterParts) {
		this.#parts = parts;
	}

	/** Whether so much waits already that no more should be taken. */
	get overloaded(): boolean {
		return (
			this.#queue.length >= SUBMIT_QUEUE_MAX ||
			this.#queuedBytes >= SUBMIT_QUEUE_BYTES_MAX
		);
	}

	submit(task: NewTask): Promise<SubmitOutcome | StoreError> {
		return new Promise((settle) => {
			const cohort = this.#burst ?? this.#beginBurst();
			const item: Item = { task, cohort, sent: false, settle };
			cohort.items.add(item);
			this.#queue.push(item);
			this.#queuedBytes += task.payload.length;
		});
	}

	#beginBurst(): Cohort {
		const { clock } = this.#parts;
		const cohort: Cohort = { items: new Set(), timer: undefined };
		this.#burst = cohort;
		const send = () => {
			this.#burst = undefined;
			this.#calm = cohort.items.size === 1;
			cohort.timer = clock.after(SUBMIT_TIMEOUT_MS, () => this.#expire(cohort));
			this.#flush();
		};
		if (this.#calm && this.#batches === 0) queueMicrotask(send);
		else clock.soon(send);
		return cohort;
	}

	#flush(): void {
		while (this.#queue.length > 0 && this.#batches < SUBMIT_BATCHES_MAX) {
			const batch = this.#takeBatch();
			if (batch.length > 0) void this.#send(batch);
		}
	}

	/** The first tasks that fit into one script. */
	#takeBatch(): Item[] {
		let bytes = 0;
		let taken = 0;
		const batch: Item[] = [];
		for (const item of this.#queue) {
			const size = item.task.payload.length;
			if (
				batch.length === SUBMIT_BATCH_MAX ||
				(batch.length > 0 && bytes + size > SUBMIT_BATCH_BYTES_MAX)
			)
				break;
			bytes += size;
			taken += 1;
			if (item.settle !== undefined) batch.push(item);
		}
		this.#queue.splice(0, taken);
		this.#queuedBytes -= bytes;
		return batch;
	}

	/** A store without memory took none of them: it is asked again for as long as room can be made. */
	async #send(batch: readonly Item[]): Promise<void> {
		this.#batches += 1;
		let items = batch;
		try {
			while (items.length > 0) {
				const refusal = await this.#sendOnce(items);
				if (refusal === undefined) break;
				for (const item of items) item.sent = false;
				if (!(await this.#parts.makeRoom())) {
					this.#tell(refusal);
					for (const item of items) settle(item, refusal);
				}
				// Who was told meanwhile that it took too long has been told that it was not sent.
				items = items.filter((item) => item.settle !== undefined);
			}
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			for (const item of items) settle(item, error);
		} finally {
			this.#batches -= 1;
			this.#flush();
		}
	}

	/** Returns what a store that is full said; nothing of them is in it then. */
	async #sendOnce(items: readonly Item[]): Promise<StoreError | undefined> {
		const tasks = items.map(({ task }) => task);
		for (const item of items) item.sent = true;
		let outcomes: readonly SubmitOutcome[];
		try {
			outcomes = await this.#store(tasks);
		} catch (error) {
			if (isFull(error)) return error;
			throw error;
		}
		this.#tell(undefined);
		for (const [i, item] of items.entries())
			settle(item, outcomes[i] as SubmitOutcome);
		return undefined;
	}

	/** What has to wait in the store is hinted at: early, unless this node means to take it. */
	async #store(tasks: readonly NewTask[]): Promise<readonly SubmitOutcome[]> {
		const { sending, submitHere, refused } = this.#parts;
		const mayBeTaken = submitHere(tasks);
		const counts = mayBeTaken ? [] : countByRoute(tasks);
		const stored = mayBeTaken ?? this.#submit(tasks, counts);
		const hinted = mayBeTaken ? undefined : sending(counts);
		const outcomes = await stored;
		for (const [i, outcome] of outcomes.entries())
			if (!outcome.ok) refused((tasks[i] as NewTask).route);
		const waiting = countByRoute(
			tasks.filter((_, i) => waits(outcomes[i] as SubmitOutcome)),
		);
		if (waiting.length > 0) (hinted ?? sending(waiting))(waiting);
		return outcomes;
	}

	/** With word of those routes that nobody serves. */
	#submit(tasks: readonly NewTask[], counts: readonly RoutedCount[]) {
		const { shard, isServed } = this.#parts;
		const unserved = counts
			.map(({ route }) => route)
			.filter((route) => !isServed(route));
		return shard.submit(tasks, undefined, unserved);
	}

	/** Of a store that has become full, or is so no more. */
	#tell(refusal: StoreError | undefined): void {
		const { shard, log } = this.#parts;
		const full = refusal !== undefined;
		if (full === this.#storeIsFull) return;
		this.#storeIsFull = full;
		if (full)
			log.error(
				{ shard: shard.index, reply: refusal.message },
				"no task is accepted, as Redis takes no more; what it has goes on",
			);
		else log.info({ shard: shard.index }, "tasks are accepted again");
	}

	/** The time of a burst is over: what has no answer gets this one. */
	#expire({ items }: Cohort): void {
		for (const item of items) {
			settle(
				item,
				item.sent
					? new StoreError("unknown", "the store has not answered in time")
					: new StoreError(
							"unreachable",
							"the store did not keep up, and the task was not sent",
						),
			);
		}
	}
}

function isFull(error: unknown): error is StoreError {
	return error instanceof StoreError && error.kind === "full";
}

/** Whether it is new, and nobody has it. */
function waits(outcome: SubmitOutcome): boolean {
	return outcome.ok && outcome.created && outcome.claimed === undefined;
}

function countByRoute(tasks: readonly NewTask[]): RoutedCount[] {
	const byRoute = new Map<string, RoutedCount>();
	for (const { route, priority } of tasks) {
		const known = byRoute.get(route);
		byRoute.set(route, {
			route,
			count: (known?.count ?? 0) + 1,
			topPriority: Math.max(priority, known?.topPriority ?? 0),
		});
	}
	return [...byRoute.values()];
}

function settle(item: Item, outcome: SubmitOutcome | StoreError): void {
	item.settle?.(outcome);
	item.settle = undefined;
	item.cohort.items.delete(item);
	if (item.cohort.items.size === 0) item.cohort.timer?.cancel();
}
