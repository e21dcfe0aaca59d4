/**
 * Desk: what the node answers to its users, behind the HTTP side.
 *
 * Translates between users' words and the shards: finds the shard of an id,
 * compares a task with the one that has its id, merges the shards' lists. Owns
 * no state. A method that needs the store throws `StoreError` when it cannot be
 * had, and the HTTP side turns that into a 503.
 */
import { mergePages, readCursor } from "../protocol/page.ts";
import type { ProblemCode } from "../protocol/problem.ts";
import type { Route } from "../protocol/route.ts";
import { isSameTask } from "../protocol/same-task.ts";
import { shardOf } from "../protocol/shard.ts";
import { isEnded, TASK_STATES, type TaskState } from "../protocol/state.ts";
import type { ClaimedTask, NewTask, TaskRecord } from "../protocol/task.ts";
import { ID_CHANCE_CHARS, newTaskId } from "../protocol/task-id.ts";
import {
	type Api,
	type Clock,
	type ClusterView,
	type NodeView,
	type Random,
	type Readiness,
	type Shard,
	type ShardCounts,
	STORE_PROBLEMS,
	type Store,
	StoreError,
	type Submission,
	type Submitted,
	type TaskPage,
} from "./ports.ts";

/** What the desk needs of the crew of a shard. */
export interface ShardDesk {
	readonly shard: Shard;
	readonly submitter: {
		readonly overloaded: boolean;
		submit(task: NewTask): Promise<Submission>;
	};
	readonly renewer: {
		readonly trusted: boolean;
		readonly generation: number;
		/** Of the session last opened; 0 until one was. */
		readonly epoch: number;
	};
}

export interface DeskParts {
	readonly cluster: string;
	readonly nodeId: string;
	readonly store: Store;
	readonly clock: Clock;
	readonly random: Random;
	/** In the order of their shards. */
	readonly crews: readonly ShardDesk[];
	/** Reads the registry of nodes anew. */
	readonly nodes: () => Promise<NodeView[]>;
	readonly waiter: {
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
	readonly isServed: (route: Route) => boolean;
	readonly nameOf: (nodeId: string) => string | undefined;
	readonly drain: (node: string) => Promise<string | undefined>;
	readonly connected: () => readonly string[];
	readonly stopping: () => boolean;
}

const NO_ROOM = {
	too_many_routes:
		"Too many queues, types and label sets have work waiting; wait until nodes have served some.",
	too_many_unserved:
		"No node serves this queue, type and labels, and work of too many others that none serves is waiting already; check how they are spelt, or start a node that serves them.",
} as const;

export class Desk implements Api {
	readonly #parts: DeskParts;

	constructor(parts: DeskParts) {
		this.#parts = parts;
	}

	newId(): string {
		const { clock, random } = this.#parts;
		return newTaskId(clock.wallMs(), random.text(ID_CHANCE_CHARS));
	}

	async submit(tasks: readonly NewTask[]): Promise<Submitted[]> {
		if (!this.#parts.store.up)
			throw new StoreError("unreachable", "the store cannot be used");
		// Before, a node told a wrong number of shards would put tasks into the wrong ones.
		if (!this.#agreed)
			throw new StoreError(
				"unreachable",
				"the node has not yet agreed with the store on the cluster",
			);
		const outcomes = await Promise.all(tasks.map((task) => this.#submit(task)));
		const failed = outcomes.filter((outcome) => outcome instanceof StoreError);
		if (failed[0] !== undefined && failed.length === tasks.length)
			throw failed[0];
		const { nodeId } = this.#parts;
		return outcomes.map((outcome, i) =>
			describe(tasks[i] as NewTask, outcome, nodeId),
		);
	}

	async get(id: string): Promise<TaskRecord | undefined> {
		const [task] = await this.#crewOf(id).shard.get([id]);
		return task;
	}

	async wait(
		id: string,
		ms: number,
		signal: AbortSignal,
		waits: () => void,
	): Promise<TaskRecord | undefined> {
		const { waiter } = this.#parts;
		if (ms <= 0 || waiter.full) return await this.get(id);
		// First wait, then look: else it could end in between, unseen.
		const { ended, lookSoon, giveUp } = waiter.wait(id, ms);
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

	async list(
		state: TaskState | undefined,
		limit: number,
		cursor: string | undefined,
	): Promise<TaskPage | undefined> {
		const from = readCursor(cursor);
		if (from === undefined) return undefined;
		const pages = await Promise.all(
			this.#parts.crews.map(async ({ shard }) => {
				// Among tasks of one creation number, lower shards come first.
				const beforeSeq = shard.index > from.shard ? from.seq + 1 : from.seq;
				const page = await shard.list({ state, beforeSeq, limit });
				return { ...page, shard: shard.index };
			}),
		);
		return mergePages(pages, limit);
	}

	isServed(route: Route): boolean {
		return this.#parts.isServed(route);
	}

	async cluster(): Promise<ClusterView> {
		const { cluster, nodeId, crews, store, connected } = this.#parts;
		const counts = await Promise.all(crews.map(({ shard }) => shard.counts()));
		return {
			cluster,
			nodeId,
			...sumCounts(counts),
			store: {
				up: store.up,
				shards: store.shards.length,
				generation: Math.max(...crews.map(({ renewer }) => renewer.generation)),
				durability: store.durability,
			},
			peers: connected(),
		};
	}

	nodes(): Promise<NodeView[]> {
		return this.#parts.nodes();
	}

	drain(node: string): Promise<string | undefined> {
		return this.#parts.drain(node);
	}

	nameOf(nodeId: string): string | undefined {
		return this.#parts.nameOf(nodeId);
	}

	readiness(): Readiness {
		const { store, crews, stopping } = this.#parts;
		const reasons = stopping() ? ["The node is stopping."] : [];
		if (store.trouble !== undefined)
			reasons.push(`The store cannot be used: ${store.trouble}.`);
		else if (!store.up) reasons.push("The store is not reachable.");
		else if (!this.#agreed)
			reasons.push(
				"The node has not yet agreed with the store on the cluster.",
			);
		else if (!crews.every(({ renewer }) => renewer.trusted)) {
			reasons.push("The node has not renewed its lease lately.");
		}
		return { ready: reasons.length === 0, reasons };
	}

	async #submit(task: NewTask): Promise<Submission | "stopping"> {
		if (this.#parts.stopping()) return "stopping";
		const { submitter } = this.#crewOf(task.id);
		return submitter.overloaded ? "overloaded" : await submitter.submit(task);
	}

	/** Sessions are opened only once it is sure that the store is the cluster's. */
	get #agreed(): boolean {
		return this.#parts.crews.every(({ renewer }) => renewer.epoch > 0);
	}

	#crewOf(id: string): ShardDesk {
		return this.#crewAt(shardOf(id, this.#parts.crews.length));
	}

	#crewAt(shard: number): ShardDesk {
		return this.#parts.crews[shard] as ShardDesk;
	}
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
	if (outcome.created) return taken(task.id, node, outcome.claimed);
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
function taken(id: string, node: string, run?: ClaimedTask): Submitted {
	if (run === undefined) return { ok: true, created: true, id };
	const { attempt, token } = run;
	return { ok: true, created: true, id, started: { attempt, node, token } };
}

function sumCounts(
	counts: readonly ShardCounts[],
): Pick<ClusterView, "counts" | "backlog"> {
	const sum = (count: (counts: ShardCounts) => number) =>
		counts.reduce((total, one) => total + count(one), 0);
	const backlog = new Map<string, number>();
	for (const { route, count } of counts.flatMap(({ waiting }) => waiting)) {
		backlog.set(route, (backlog.get(route) ?? 0) + count);
	}
	const states = Object.fromEntries(
		TASK_STATES.map((state) => [state, sum(({ states }) => states[state])]),
	);
	return {
		counts: {
			states: states as Record<TaskState, number>,
			accepted: sum(({ accepted }) => accepted),
			attempts: sum(({ attempts }) => attempts),
			stale: sum(({ stale }) => stale),
		},
		backlog: [...backlog].map(([route, count]) => ({ route, count })),
	};
}
