/**
 * TaskAnswers: what the node answers its users about tasks, behind the HTTP side.
 *
 * Translates between users' words and the shards: finds the shard of an id, and compares
 * a task with the one that has its id. Owns no state. A method that needs the store
 * throws `StoreError` when it cannot be had, and the HTTP side turns that into a 503.
 * Only a submission does not throw: it has an outcome for each of its tasks.
 */
import { SUBMIT_BATCH_MAX } from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import { shardOf } from "../../protocol/shard.ts";
import type { NewTask, TaskRecord } from "../../protocol/task.ts";
import { ID_CHANCE_CHARS, newTaskId } from "../../protocol/task-id.ts";
import {
	type BulkDone,
	type BulkWish,
	type Cancelled,
	type Changed,
	type Clock,
	type Found,
	type ListWish,
	type Random,
	type ReaderPlace,
	type Removed,
	type Retried,
	type Shard,
	type Store,
	StoreError,
	type Submission,
	type Submitted,
	type TaskApi,
	type TaskPage,
	type Wished,
} from "../ports.ts";
import { readInto } from "./room-read.ts";
import { describe, outcomeOf } from "./submitted.ts";

/** What is needed of the engine of a shard. */
export interface AnsweringEngine {
	readonly shard: Pick<Shard, "index" | "tasks">;
	/** See submitter.ts. */
	readonly submitter: {
		readonly overloaded: boolean;
		submit(task: NewTask): Promise<Submission>;
	};
	/** See renewer.ts. */
	readonly renewer: {
		/** The epoch of the session last opened; 0 until one was. */
		readonly epoch: number;
	};
}

export interface TaskAnswersParts {
	readonly nodeId: string;
	readonly store: Pick<Store, "up">;
	readonly clock: Clock;
	readonly random: Random;
	/** The engines, in the order of their shards. */
	readonly engines: readonly AnsweringEngine[];
	/** See bulk.ts. */
	readonly bulk: {
		run(
			wish: BulkWish,
			signal: AbortSignal,
			mayGoOn: () => boolean,
		): Promise<BulkDone | undefined>;
	};
	/** See task-list.ts. */
	readonly list: {
		page(wish: ListWish): Promise<TaskPage | undefined>;
	};
	/** See self-report.ts. */
	readonly report: {
		/** Whether this node is stopping. */
		readonly draining: boolean;
	};
	/** See home-word.ts. */
	readonly home: {
		/** Makes sure that the cluster has this node's number of shards. @throws StoreError */
		confirm(): Promise<void>;
	};
	/** See task-wishes.ts. */
	readonly wishes: Pick<TaskApi, "cancel" | "retry" | "patch" | "remove">;
}

/** The parameters of a wish, besides the id of the task. */
type WishOf<What extends "cancel" | "retry" | "patch"> =
	Parameters<TaskApi[What]> extends [string, ...infer Wish] ? Wish : never;

export class TaskAnswers implements TaskApi {
	/**
	 * How many submissions had which outcome: accepted, existing, or the code of a refusal.
	 */
	readonly outcomes: Record<string, number> = { accepted: 0, existing: 0 };
	readonly #parts: TaskAnswersParts;

	constructor(parts: TaskAnswersParts) {
		this.#parts = parts;
	}

	newId(): string {
		const { clock, random } = this.#parts;
		return newTaskId(clock.wallMs(), random.text(ID_CHANCE_CHARS));
	}

	async submit(tasks: readonly NewTask[]): Promise<Submitted[]> {
		const { nodeId } = this.#parts;
		const trouble = await this.#troubleNow();
		const outcomes = await Promise.all(
			tasks.map((task) => trouble ?? this.#submit(task)),
		);
		const all = outcomes.map((outcome, i) =>
			describe(tasks[i] as NewTask, outcome, nodeId),
		);
		for (const each of all) this.#count(each);
		return all;
	}

	async known(tasks: readonly NewTask[]): Promise<(Submitted | undefined)[]> {
		const found = new Map<NewTask, Submitted>();
		const byShard = Map.groupBy(tasks, ({ id }) => this.#shardOf(id));
		for (const own of byShard.values())
			for (let at = 0; at < own.length; at += SUBMIT_BATCH_MAX)
				await this.#compare(own.slice(at, at + SUBMIT_BATCH_MAX), found);
		for (const each of found.values()) this.#count(each);
		return tasks.map((task) => found.get(task));
	}

	/** Adds to `found` those of these tasks, all of one shard, that exist. */
	async #compare(
		tasks: readonly NewTask[],
		found: Map<NewTask, Submitted>,
	): Promise<void> {
		const { shard } = await this.#sureEngineOf((tasks[0] as NewTask).id);
		const known = await shard.tasks.known(tasks);
		for (const [i, task] of tasks.entries()) {
			const existing = known[i];
			if (existing === undefined) continue;
			const outcome = { ok: true, created: false, existing } as const;
			found.set(task, describe(task, outcome, this.#parts.nodeId));
		}
	}

	#count(submitted: Submitted): void {
		const outcome = outcomeOf(submitted);
		this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
	}

	async routeOf(id: string): Promise<Route | undefined> {
		const { shard } = await this.#sureEngineOf(id);
		// No payload is empty, so none is read.
		const [known] = await shard.tasks.known([{ id, payload: "" }]);
		return known?.route;
	}

	async get(id: string, place: ReaderPlace): Promise<Found | undefined> {
		const { shard } = await this.#sureEngineOf(id);
		return await readInto(place, async (bytesMax) => {
			const [task] = await shard.tasks.get([id], bytesMax);
			return task;
		});
	}

	async ahead({ id, route }: TaskRecord): Promise<number | undefined> {
		const { shard } = await this.#sureEngineOf(id);
		return await shard.tasks.ahead(route, id);
	}

	async newest(id: string, place: ReaderPlace): Promise<Found | undefined> {
		const { shard } = await this.#sureEngineOf(id);
		return await readInto(place, (bytesMax) =>
			shard.tasks.newest(id, bytesMax),
		);
	}

	async cancel(id: string, ...wish: WishOf<"cancel">): Wished<Cancelled> {
		await this.#sureEngineOf(id);
		return await this.#parts.wishes.cancel(id, ...wish);
	}

	async retry(id: string, ...wish: WishOf<"retry">): Wished<Retried> {
		await this.#sureEngineOf(id);
		return await this.#parts.wishes.retry(id, ...wish);
	}

	async patch(id: string, ...wish: WishOf<"patch">): Wished<Changed> {
		await this.#sureEngineOf(id);
		return await this.#parts.wishes.patch(id, ...wish);
	}

	async remove(id: string, place: ReaderPlace): Wished<Removed> {
		await this.#sureEngineOf(id);
		return await this.#parts.wishes.remove(id, place);
	}

	list(wish: ListWish): Promise<TaskPage | undefined> {
		return this.#parts.list.page(wish);
	}

	bulk(
		wish: BulkWish,
		signal: AbortSignal,
		mayGoOn: () => boolean,
	): Promise<BulkDone | undefined> {
		return this.#parts.bulk.run(wish, signal, mayGoOn);
	}

	/** What keeps this node from taking tasks, whichever they are. */
	async #troubleNow(): Promise<StoreError | undefined> {
		const { store, engines, home } = this.#parts;
		if (!store.up)
			return new StoreError("unreachable", "the store cannot be used");
		// Before that, a node with a wrong number of shards would put tasks into the wrong
		// ones.
		if (!this.#agreed)
			return new StoreError(
				"unreachable",
				"the node has not yet agreed with the store on the cluster",
			);
		if (engines.length === 1) return;
		try {
			await home.confirm();
		} catch (error) {
			if (error instanceof StoreError) return error;
			throw error;
		}
	}

	/** Submits tasks. (Without a promise of its own, as arrays may hold many tasks.) */
	#submit(
		task: NewTask,
	): Promise<Submission> | Extract<Submission, string> | "stopping" {
		if (this.#parts.report.draining) return "stopping";
		const { submitter } = this.#engineOf(task.id);
		return submitter.overloaded ? "overloaded" : submitter.submit(task);
	}

	/** Whether node and store agree on the cluster: sessions are opened only once they do. */
	get #agreed(): boolean {
		return this.#parts.engines.every(({ renewer }) => renewer.epoch > 0);
	}

	/** The engine of the shard that has the id, after making sure that the cluster has this node's number of shards. @throws StoreError */
	async #sureEngineOf(id: string): Promise<AnsweringEngine> {
		const engine = this.#engineOf(id);
		if (engine.shard.index > 0) await this.#parts.home.confirm();
		return engine;
	}

	#engineOf(id: string): AnsweringEngine {
		return this.#parts.engines[this.#shardOf(id)] as AnsweringEngine;
	}

	#shardOf(id: string): number {
		return shardOf(id, this.#parts.engines.length);
	}
}
