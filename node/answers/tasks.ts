/**
 * TaskAnswers: what the node answers to its users about tasks, behind the HTTP side.
 *
 * Translates between users' words and the shards: finds the shard of an id,
 * compares a task with the one that has its id. Owns no state. A method that needs the
 * store throws `StoreError` when it cannot be had, and the HTTP side turns that into a 503.
 */
import type { ProblemCode } from "../../protocol/problem.ts";
import { isSameTask } from "../../protocol/same-task.ts";
import { shardOf } from "../../protocol/shard.ts";
import { isEnded } from "../../protocol/state.ts";
import type { ClaimedTask, NewTask, TaskRecord } from "../../protocol/task.ts";
import type { Changes } from "../../protocol/task-change.ts";
import { ID_CHANCE_CHARS, newTaskId } from "../../protocol/task-id.ts";
import {
	type BulkDone,
	type BulkWish,
	type Cancelled,
	type CancelWish,
	type Changed,
	type Clock,
	type ListWish,
	type Random,
	type Removed,
	type Retried,
	type RetryWish,
	type Shard,
	STORE_PROBLEMS,
	type Store,
	StoreError,
	type StoreErrorKind,
	type Submission,
	type Submitted,
	type TaskApi,
	type TaskPage,
} from "../ports.ts";

/** What answers need of the engine of a shard. */
export interface AnsweringEngine {
	readonly shard: Pick<Shard, "index" | "tasks">;
	readonly submitter: {
		readonly overloaded: boolean;
		submit(task: NewTask): Promise<Submission>;
	};
	readonly renewer: {
		/** Of the session last opened; 0 until one was. */
		readonly epoch: number;
	};
}

export interface TaskAnswersParts {
	readonly nodeId: string;
	readonly store: Pick<Store, "up">;
	readonly clock: Clock;
	readonly random: Random;
	/** In the order of their shards. */
	readonly engines: readonly AnsweringEngine[];
	/** See end-watcher.ts. */
	readonly watcher: {
		readonly full: boolean;
		wait(
			id: string,
			ms: number,
		): {
			readonly ended: Promise<TaskRecord | undefined>;
			lookSoon(): void;
			giveUp(): void;
		};
	};
	/** See bulk.ts. */
	readonly bulk: {
		run(wish: BulkWish, signal: AbortSignal): Promise<BulkDone | undefined>;
	};
	/** See task-list.ts. */
	readonly list: {
		page(wish: ListWish): Promise<TaskPage | undefined>;
	};
	/** See self-report.ts. */
	readonly report: {
		/** This node is stopping. */
		readonly draining: boolean;
	};
	/** See task-wishes.ts. */
	readonly wishes: Pick<TaskApi, "cancel" | "retry" | "patch" | "remove">;
}

const NO_ROOM = {
	too_many_routes:
		"Too many queues, types and label sets have work waiting; wait until nodes have served some.",
	too_many_unserved:
		"No node serves this queue, type and labels, and work of too many others that none serves is waiting already; check how they are spelt, or start a node that serves them.",
} as const;

export class TaskAnswers implements TaskApi {
	/** What became of submissions, by how many: accepted, existing, or why not. */
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
		try {
			const all = await this.#submitAll(tasks);
			for (const each of all) this.#count(outcomeOf(each), 1);
			return all;
		} catch (error) {
			if (error instanceof StoreError)
				this.#count(STORE_PROBLEMS[error.kind].code, tasks.length);
			throw error;
		}
	}

	#count(outcome: string, tasks: number): void {
		this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + tasks;
	}

	async #submitAll(tasks: readonly NewTask[]): Promise<Submitted[]> {
		if (!this.#parts.store.up)
			throw new StoreError("unreachable", "the store cannot be used");
		// Before, a node told a wrong number of shards would put tasks into the wrong ones.
		if (!this.#agreed)
			throw new StoreError(
				"unreachable",
				"the node has not yet agreed with the store on the cluster",
			);
		const outcomes = await Promise.all(tasks.map((task) => this.#submit(task)));
		const [first] = outcomes;
		// Of different trouble each is told its own: what was not sent may be sent again.
		if (
			first instanceof StoreError &&
			outcomes.every((each) => hasKind(each, first.kind))
		)
			throw first;
		const { nodeId } = this.#parts;
		return outcomes.map((outcome, i) =>
			describe(tasks[i] as NewTask, outcome, nodeId),
		);
	}

	async get(id: string): Promise<TaskRecord | undefined> {
		const [task] = await this.#engineOf(id).shard.tasks.get([id]);
		return task;
	}

	async ahead({ id, route }: TaskRecord): Promise<number | undefined> {
		return await this.#engineOf(id).shard.tasks.ahead(route, id);
	}

	async newest(id: string): Promise<TaskRecord | undefined> {
		return await this.#engineOf(id).shard.tasks.newest(id);
	}

	async wait(
		id: string,
		ms: number,
		signal: AbortSignal,
		waits: () => void,
	): Promise<TaskRecord | undefined> {
		const { watcher } = this.#parts;
		if (ms <= 0 || watcher.full) return await this.get(id);
		// First wait, then look: else it could end in between, unseen.
		const { ended, lookSoon, giveUp } = watcher.wait(id, ms);
		signal.addEventListener("abort", giveUp);
		if (signal.aborted) giveUp();
		try {
			const task = await this.get(id);
			if (task === undefined || isEnded(task.state)) return task;
			waits();
			lookSoon();
			const end = await ended;
			if (end !== undefined) return end;
			return signal.aborted ? task : await this.get(id);
		} finally {
			signal.removeEventListener("abort", giveUp);
			giveUp();
		}
	}

	cancel(id: string, wish: CancelWish): Promise<Cancelled | undefined> {
		return this.#parts.wishes.cancel(id, wish);
	}

	retry(id: string, wish: RetryWish): Promise<Retried | undefined> {
		return this.#parts.wishes.retry(id, wish);
	}

	patch(id: string, changes: Changes): Promise<Changed | undefined> {
		return this.#parts.wishes.patch(id, changes);
	}

	remove(id: string): Promise<Removed | undefined> {
		return this.#parts.wishes.remove(id);
	}

	list(wish: ListWish): Promise<TaskPage | undefined> {
		return this.#parts.list.page(wish);
	}

	bulk(wish: BulkWish, signal: AbortSignal): Promise<BulkDone | undefined> {
		return this.#parts.bulk.run(wish, signal);
	}

	async #submit(task: NewTask): Promise<Submission | "stopping"> {
		if (this.#parts.report.draining) return "stopping";
		const { submitter } = this.#engineOf(task.id);
		return submitter.overloaded ? "overloaded" : await submitter.submit(task);
	}

	/** Sessions are opened only once it is sure that the store is the cluster's. */
	get #agreed(): boolean {
		return this.#parts.engines.every(({ renewer }) => renewer.epoch > 0);
	}

	#engineOf(id: string): AnsweringEngine {
		return this.#engineAt(shardOf(id, this.#parts.engines.length));
	}

	#engineAt(shard: number): AnsweringEngine {
		return this.#parts.engines[shard] as AnsweringEngine;
	}
}

function outcomeOf(submitted: Submitted): string {
	if (!submitted.ok) return submitted.problem.code;
	return submitted.created ? "accepted" : "existing";
}

function hasKind(outcome: unknown, kind: StoreErrorKind): boolean {
	return outcome instanceof StoreError && outcome.kind === kind;
}

function describe(
	task: NewTask,
	outcome: Submission | "stopping",
	node: string,
): Submitted {
	const refuse = (
		code: ProblemCode,
		detail: string,
		field?: string,
	): Submitted => ({
		ok: false,
		problem: { code, detail, ...(field === undefined ? {} : { field }) },
	});
	if (outcome === "overloaded")
		return refuse(
			"overloaded",
			"More tasks wait here than this node can pass on; try again shortly, or another node.",
		);
	if (outcome === "stopping")
		return refuse("stopping", "This node is stopping; try another one.");
	if (outcome instanceof StoreError)
		return { ok: false, problem: STORE_PROBLEMS[outcome.kind] };
	if (!outcome.ok) return refuse(outcome.code, NO_ROOM[outcome.code], "queue");
	if (outcome.created) return taken(outcome.id ?? task.id, node, outcome);
	if (isSameTask(task, outcome.existing))
		return {
			ok: true,
			created: false,
			id: task.id,
			existing: outcome.existing,
		};
	return refuse(
		"conflict",
		`The id "${task.id}" is taken by a task with other content; choose another id.`,
		"id",
	);
}

/** A task that is new; who claimed it with the step that stored it is this node. */
function taken(
	id: string,
	node: string,
	{ claimed: run, scheduled }: { claimed?: ClaimedTask; scheduled?: true },
): Submitted {
	if (scheduled) return { ok: true, created: true, id, scheduled };
	if (run === undefined) return { ok: true, created: true, id };
	const { attempt, token } = run;
	return { ok: true, created: true, id, started: { attempt, node, token } };
}
