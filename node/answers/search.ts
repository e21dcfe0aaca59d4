/**
 * Search: one pass over the tasks of all shards, newest first, in steps each of which
 * occupies the store only briefly. It goes on until it has enough, has seen all, or has
 * used up what one request may take. A search of many steps leaves the store as much time
 * as it takes.
 */
import {
	FIND_MS_MAX,
	FIND_SHARDS_MAX,
	FIND_STEPS_AT_ONCE,
	FIND_STEPS_MAX,
	LIST_BYTES_MAX,
} from "../../protocol/limits.ts";
import {
	beforeSeqIn,
	behind,
	type Lane,
	mergeLanes,
	type Position,
	searchedTo,
} from "../../protocol/page.ts";
import { shardOf } from "../../protocol/shard.ts";
import type { TaskState } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import type { Pass } from "../../protocol/task-filter.ts";
import type { Clock, ListRequest, Shard, TasksAhead } from "../ports.ts";
import { Pace } from "./pace.ts";

/** What one request may cost. */
export class SearchBudget {
	readonly #clock: Clock;
	readonly #untilMs: number;
	readonly #atOnce: number;
	readonly #pace: Pace;
	#steps = 0;

	constructor(clock: Clock, shards: number) {
		this.#clock = clock;
		this.#pace = new Pace(clock);
		this.#untilMs = clock.monoMs() + FIND_MS_MAX;
		this.#atOnce = Math.max(FIND_STEPS_AT_ONCE, 2 * shards);
	}

	get isUsedUp(): boolean {
		return (
			this.#steps >= FIND_STEPS_MAX || this.#clock.monoMs() >= this.#untilMs
		);
	}

	/**
	 * Takes steps at the same time. After all but the first of them, the store has as much
	 * time for itself.
	 */
	async spend(steps: readonly (() => Promise<void>)[]): Promise<void> {
		this.#pace.begin();
		await Promise.all(steps.map((step) => step()));
		this.#steps += steps.length;
		if (this.#steps >= this.#atOnce) await this.#pace.rest();
	}
}

/** The tasks of a page, as they are found. */
export class FoundTasks {
	readonly tasks: TaskRecord[] = [];
	/** When the first step was taken, in the store's time. */
	asOfMs: number | undefined;
	readonly #limit: number;
	#bytes = 0;

	constructor(limit: number) {
		this.#limit = limit;
	}

	get room(): number {
		return this.#bytes > LIST_BYTES_MAX ? 0 : this.#limit - this.tasks.length;
	}

	add(task: TaskRecord): void {
		this.tasks.push(task);
		// A character is a byte at least.
		this.#bytes += task.payload.length + (task.result?.length ?? 0);
	}
}

/** Keeps what the store has found out for its next step. */
interface SearchLane extends Lane {
	readonly ahead?: TasksAhead;
}

export interface SearchParts {
	/** The shards, in order. */
	readonly shards: readonly Pick<Shard, "index" | "tasks">[];
	readonly pass: Pass;
	readonly state: TaskState | readonly TaskState[] | undefined;
	readonly isBrief: boolean;
}

export class Search {
	readonly #parts: SearchParts;
	readonly #lanes: SearchLane[];
	readonly #beginSeq: number;

	constructor(parts: SearchParts, from: Position) {
		this.#parts = parts;
		const { shards, pass } = parts;
		const only = pass.only && shardOf(pass.only, shards.length);
		this.#lanes = shards.map(({ index }) => ({
			...{ shard: index, found: [] },
			downToSeq: (only ?? index) === index ? beforeSeqIn(index, from) : 0,
		}));
		this.#beginSeq = this.searchedToSeq;
	}

	/** The creation number from which on all tasks were looked at. */
	get searchedToSeq(): number {
		return searchedTo(this.#lanes);
	}

	/**
	 * Fills the page as far as it can. Returns where it stopped; undefined if there is
	 * nothing more.
	 */
	async fill(
		page: FoundTasks,
		budget: SearchBudget,
	): Promise<Position | undefined> {
		for (;;) {
			const last = this.#moveTo(page);
			const isOver = this.searchedToSeq === 0;
			if (page.room === 0 && last !== undefined)
				return isOver && this.#lanes.every(({ found }) => found.length === 0)
					? undefined
					: last;
			if (isOver) return undefined;
			if (page.room === 0 || (budget.isUsedUp && this.#hasCome))
				return behind(this.searchedToSeq);
			await budget.spend(this.#nextSteps(page));
		}
	}

	/** Whether the search has come any further: otherwise the next page would begin where this one did. */
	get #hasCome(): boolean {
		return this.searchedToSeq < this.#beginSeq;
	}

	/** Moves the tasks that can be shown to the page. Returns the position of the last. */
	#moveTo(page: FoundTasks): Position | undefined {
		let last: Position | undefined;
		for (const { task, shard } of mergeLanes(this.#lanes)) {
			if (page.room === 0) break;
			page.add(task);
			last = { seq: task.seq, shard };
			const lane = this.#lanes[shard] as SearchLane;
			this.#lanes[shard] = { ...lane, found: lane.found.slice(1) };
		}
		return last;
	}

	/**
	 * The next steps, in the shards that were searched least: what is found elsewhere cannot be
	 * shown before what is found there.
	 */
	#nextSteps(page: FoundTasks): (() => Promise<void>)[] {
		const { room } = page;
		const behindMost = this.#lanes
			.filter(({ downToSeq }) => downToSeq > 0)
			.sort((a, b) => b.downToSeq - a.downToSeq || a.shard - b.shard)
			.slice(0, FIND_SHARDS_MAX);
		const limit = Math.ceil(room / this.#lanes.length) * 2;
		return behindMost.map((lane) => async () => {
			const nowMs = await this.#step(
				...[lane, Math.min(room, Math.max(limit, 16))],
			);
			page.asOfMs ??= nowMs;
		});
	}

	/** Takes one step. Returns the store's time. */
	async #step(
		{ shard, found, downToSeq, ahead }: SearchLane,
		limit: number,
	): Promise<number> {
		const { shards, pass, state, isBrief } = this.#parts;
		const request: ListRequest = {
			...{ state, beforeSeq: downToSeq, limit, ...pass },
			...(isBrief && { brief: true }),
			...(ahead && { ahead }),
		};
		const reply = await (shards[shard] as Shard).tasks.list(request);
		this.#lanes[shard] = {
			shard,
			found: [...found, ...reply.tasks],
			downToSeq: reply.downToSeq,
			...(reply.ahead && { ahead: reply.ahead }),
		};
		return reply.nowMs;
	}
}
