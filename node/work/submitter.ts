/**
 * Submitter: brings new tasks to one shard.
 *
 * Tasks that come in during one burst of events leave as one script, so a flood costs few
 * calls; if tasks come one by one, each leaves at once. Tasks that this node can start
 * right away are claimed as they are stored. A node that has just begun has them wait until
 * it knows with whom to share them (see arrival.ts).
 *
 * Guarantees an outcome for every task: stored, refused, or a `StoreError` that says
 * whether the task may be in the store (`unknown`) or is not. As long as the store
 * answers, tasks wait here for their turn, up to SUBMIT_QUEUE_MS_MAX. A store that owes
 * answers and gives none for SUBMIT_SILENCE_MS is not waited for. Tasks not sent by then
 * are refused, and never sent later. Tasks that were sent are looked up, as they are when
 * the connection was lost; only those that are not found by SUBMIT_TIMEOUT_MS after they
 * were sent are `unknown`. So are all that may be another run of their id: only the
 * answer would have said under which id to find them.
 *
 * A full store is asked again for as long as room can be made.
 */
import {
	SUBMIT_BATCHES_MAX,
	SUBMIT_QUEUE_MS_MAX,
	SUBMIT_SILENCE_MS,
	SUBMIT_TIMEOUT_MS,
} from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import { countByRoute } from "../../protocol/route-count.ts";
import type { SharePlan } from "../../protocol/share.ts";
import type { NewTask } from "../../protocol/task.ts";
import { type Moments, timesOf } from "../../protocol/task-times.ts";
import {
	type Clock,
	type Log,
	type RoutedCount,
	type Shard,
	StoreError,
	type Submission,
	type SubmitOutcome,
} from "../ports.ts";
import { Fullness } from "./fullness.ts";
import { lookUp } from "./look-up.ts";
import { SilenceWatch } from "./silence-watch.ts";
import {
	atOnce,
	type Batch,
	type Item,
	isFull,
	notSent,
	settle,
	settleAll,
	waits,
} from "./submit-batch.ts";
import { SubmitQueue } from "./submit-queue.ts";

export interface SubmitterParts {
	readonly shard: Pick<Shard, "index" | "tasks">;
	readonly clock: Clock;
	readonly log: Log;
	/** See trimmer.ts. */
	readonly trimmer: {
		/** The store has no memory for new tasks: makes some. Returns whether to ask it again. */
		makeRoom(): Promise<boolean>;
	};
	/** See claimer.ts. */
	readonly claimer: {
		/** Stores tasks for this node to take at once. Undefined if it cannot take them all: then nothing was sent. */
		submit(
			tasks: readonly NewTask[],
		): Promise<readonly SubmitOutcome[]> | undefined;
		/** The store has no task of the route, and takes none. */
		refused(route: Route): void;
	};
	/** See hinter.ts. */
	readonly hinter: {
		/** Tasks are on their way to the store, shared like this. */
		hintAhead(
			counts: readonly RoutedCount[],
			plan: SharePlan | undefined,
		): Sent;
	};
	/** See spreader.ts. */
	readonly spreader: {
		/** Whether any of the tasks may go to other nodes. */
		mayShare(tasks: readonly NewTask[]): boolean;
		/** How the tasks are shared; undefined if no other node gets any. */
		share(counts: readonly RoutedCount[]): SharePlan | undefined;
	};
	/** See roster.ts. */
	readonly roster: {
		/** Whether a living node, as far as this one knows, can run tasks of the route. */
		isServed(route: Route): boolean;
	};
	/** See arrival.ts. */
	readonly arrival: {
		/** Whether so many tasks need not wait until the node knows who else is there. */
		admits(tasks: number): boolean;
		/** Resolves when no task has to wait for that any more. */
		readonly over: Promise<void>;
	};
	/** See timekeeper.ts. */
	readonly timekeeper: {
		/** A task that has these times is stored. */
		stored(moments: Moments): void;
	};
	/** See home-word.ts. */
	readonly home: {
		/** The shard does not have this node's number of shards. */
		unsettled(shard: number): void;
	};
}

/** To be called once tasks that were on their way have come to wait in the store. */
export type Sent = (counts: readonly RoutedCount[]) => void;

export class Submitter {
	readonly #queue = new SubmitQueue<Item>();
	/** Batches under way, in the order in which they were sent. */
	readonly #underWay = new Set<Batch>();
	/** The burst that is being gathered. */
	#burst: { readonly sinceMs: number; tasks: number } | undefined;
	/** Resolves when what waits is sent, since the node knows who else is there. */
	#afterArrival: Promise<void> | undefined;
	/** Whether the last burst was a single task. */
	#calm = true;
	/** Whether the store owes answers and has given none for SUBMIT_SILENCE_MS. */
	#silent = false;
	readonly #watch: SilenceWatch;
	readonly #fullness: Fullness;
	readonly #parts: SubmitterParts;

	constructor(parts: SubmitterParts) {
		this.#parts = parts;
		const { shard, clock, log } = parts;
		this.#fullness = new Fullness({ shard: shard.index, clock, log });
		this.#watch = new SilenceWatch({
			clock,
			owedSinceMs: () => this.#underWay.values().next().value?.sentMs,
			fellSilent: () => this.#fellSilent(),
		});
	}

	/** Whether the store was full not long ago, with nothing to discard for a task. */
	get refusedLately(): boolean {
		return this.#fullness.refusedLately;
	}

	/** Whether so much waits already that no more should be taken. */
	get overloaded(): boolean {
		return this.#queue.full;
	}

	submit(task: NewTask): Promise<Submission> {
		if (this.#silent) return Promise.resolve(notSent());
		return new Promise((settle) => {
			this.#burst ??= this.#beginBurst();
			const { sinceMs } = this.#burst;
			this.#burst.tasks += 1;
			this.#queue.put({ task, sinceMs, settle });
		});
	}

	#beginBurst() {
		const { clock } = this.#parts;
		const burst = { sinceMs: clock.monoMs(), tasks: 0 };
		const send = () => {
			this.#burst = undefined;
			this.#calm = burst.tasks === 1;
			this.#flush();
		};
		if (this.#calm && this.#underWay.size === 0) queueMicrotask(send);
		else clock.soon(send);
		return burst;
	}

	#flush(): void {
		const { clock, arrival } = this.#parts;
		if (this.#queue.size === 0) return;
		if (!arrival.admits(this.#queue.size)) {
			this.#afterArrival ??= arrival.over.then(() => this.#flush());
			return;
		}
		const oldestMs = clock.monoMs() - SUBMIT_QUEUE_MS_MAX;
		while (this.#queue.size > 0 && this.#underWay.size < SUBMIT_BATCHES_MAX) {
			const { batch, late } = this.#queue.take(oldestMs);
			for (const item of late) settle(item, "overloaded");
			if (batch.length > 0) void this.#send(batch);
		}
	}

	async #send(items: readonly Item[]): Promise<void> {
		const sentMs = this.#parts.clock.monoMs();
		const batch: Batch = { items, sentMs, refusal: undefined };
		this.#underWay.add(batch);
		this.#watch.begin();
		try {
			await this.#storeAll(batch);
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			const { home, shard } = this.#parts;
			if (error.kind === "unsettled") home.unsettled(shard.index);
			if (error.kind === "unknown") void this.#lookUp(batch);
			else settleAll(batch, error);
		} finally {
			this.#underWay.delete(batch);
			// The store is not silent, whatever it said; if the connection is lost, the next call shows it.
			this.#silent = false;
			this.#flush();
		}
	}

	/** Stores a batch. If the store has no memory for it, asks again for as long as room can be made. */
	async #storeAll(batch: Batch): Promise<void> {
		const { clock, trimmer } = this.#parts;
		while (batch.items.length > 0) {
			const refusal = await this.#storeOnce(batch);
			if (refusal === undefined) return;
			batch.refusal = refusal;
			const late = clock.monoMs() - batch.sentMs > SUBMIT_TIMEOUT_MS;
			if (late || !(await trimmer.makeRoom())) {
				this.#fullness.refused(refusal);
				settleAll(batch, refusal);
				return;
			}
			this.#watch.heard();
			batch.items = batch.items.filter(({ settle }) => settle !== undefined);
			batch.refusal = undefined;
		}
	}

	/** Returns what a full store said; it has none of the batch then. */
	async #storeOnce({ items }: Batch): Promise<StoreError | undefined> {
		let outcomes: readonly SubmitOutcome[];
		try {
			outcomes = await this.#store(items.map(({ task }) => task));
		} catch (error) {
			if (!isFull(error)) throw error;
			this.#watch.heard();
			return error;
		}
		this.#watch.heard();
		this.#fullness.taken();
		for (const [i, item] of items.entries())
			settle(item, outcomes[i] as SubmitOutcome);
		return undefined;
	}

	/** The store fell silent: looks up what was sent, and refuses the rest. */
	#fellSilent(): void {
		this.#silent = true;
		for (const batch of this.#underWay) {
			if (batch.refusal === undefined) void this.#lookUp(batch);
			else settleAll(batch, batch.refusal);
		}
		for (const item of this.#queue.takeAll()) settle(item, notSent());
	}

	/** Looks up what became of these tasks. Their answer may still come. */
	async #lookUp({ items, sentMs }: Batch): Promise<void> {
		const { shard, clock } = this.#parts;
		const waiting = items.filter(({ settle }) => settle !== undefined);
		if (waiting.length === 0) return;
		const untilMs = Math.max(
			sentMs + SUBMIT_TIMEOUT_MS,
			clock.monoMs() + SUBMIT_TIMEOUT_MS - SUBMIT_SILENCE_MS,
		);
		const sent = waiting.map(({ task }) => task);
		const found = await lookUp(shard.tasks, clock, sent, untilMs);
		for (const [i, item] of waiting.entries()) {
			const existing = item.task.again ? undefined : found[i];
			settle(
				item,
				existing === undefined
					? // A call sent over a lost connection may still be run.
						new StoreError(
							"unknown",
							"Redis did not answer, and does not have the task yet",
						)
					: { ok: true, created: false, existing },
			);
		}
	}

	/** Stores tasks. Hints early at those that have to wait in the store and are not for this node. */
	async #store(tasks: readonly NewTask[]): Promise<readonly SubmitOutcome[]> {
		const { hinter, claimer, timekeeper, spreader } = this.#parts;
		const timed = tasks.some(({ options }) => timesOf(options) !== undefined);
		const soon = timed ? atOnce(tasks) : tasks;
		const plan = spreader.mayShare(soon)
			? spreader.share(countByRoute(soon))
			: undefined;
		const mayBeTaken = timed || plan ? undefined : claimer.submit(tasks);
		const counts = mayBeTaken ? [] : countByRoute(soon);
		const stored = mayBeTaken ?? this.#submit(tasks, counts);
		const hinted = mayBeTaken ? undefined : hinter.hintAhead(counts, plan);
		const outcomes = await stored;
		for (const [i, outcome] of outcomes.entries())
			if (!outcome.ok) claimer.refused((tasks[i] as NewTask).route);
			else if (outcome.created && outcome.moments !== undefined)
				timekeeper.stored(outcome.moments);
		const waiting = countByRoute(
			tasks.filter((_, i) => waits(outcomes[i] as SubmitOutcome)),
		);
		if (waiting.length > 0)
			(hinted ?? hinter.hintAhead(waiting, undefined))(waiting);
		return outcomes;
	}

	/** Submits tasks, and names those routes that nobody serves. */
	#submit(tasks: readonly NewTask[], counts: readonly RoutedCount[]) {
		const { shard, roster } = this.#parts;
		const unserved = counts
			.map(({ route }) => route)
			.filter((route) => !roster.isServed(route));
		return shard.tasks.submit(tasks, undefined, unserved);
	}
}
