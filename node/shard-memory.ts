/**
 * ShardMemory: what this node remembers of a shard, which may forget it: its
 * generation, over the node's restarts too, and its clock as the shard last told it plus
 * what has passed since by the own monotonic clock.
 *
 * Time in a shard is its server's alone, and an operator or NTP may put it forward
 * or back. This tells of such steps. A late answer looks like one, so no generation
 * may be raised by them.
 */
import { type Generation, generationOf } from "../protocol/token.ts";
import type { Clock, Generations } from "./ports.ts";

export class ShardMemory {
	readonly #clock: Clock;
	readonly #toleranceMs: number;
	readonly #shard: number;
	readonly #generations: Generations;
	#raised: Generation;
	/** The highest token that this node was given. */
	#token = 0;
	#kept: number;
	/** The shard's clock as told at `#toldMs` of the monotonic one. */
	#shardMs = 0;
	#toldMs = 0;

	/** What differs by no more than `toleranceMs` from what was expected is no step: clocks drift, and answers take time. */
	constructor(
		clock: Clock,
		toleranceMs: number,
		shard: number,
		generations: Generations,
	) {
		this.#clock = clock;
		this.#toleranceMs = toleranceMs;
		this.#shard = shard;
		this.#generations = generations;
		this.#raised = generations.recall(shard);
		this.#kept = this.#raised.generation;
	}

	/** The highest that was told here: under it tasks are claimed. */
	get raised(): Generation {
		return this.#raised;
	}

	/** The highest that tokens are known from: a counter that outgrew its bits is in a later one than the one told. */
	get known(): Generation {
		const { generation, run } = this.#raised;
		return {
			generation: Math.max(generation, generationOf(this.#token)),
			run,
		};
	}

	/** The shard's clock, as far as known here. */
	nowMs(): number {
		return this.#shardMs + this.#clock.monoMs() - this.#toldMs;
	}

	/**
	 * Where only the run is another, what is known tells of a raise that the shard has
	 * forgotten: that stays. What is new is kept before any task is claimed under it.
	 */
	toldGeneration({ generation, run }: Generation): void {
		if (generation <= this.#raised.generation) return;
		this.#raised = { generation, run };
		this.keep();
	}

	/** This node was given a token. */
	toldToken(token: number): void {
		this.#token = Math.max(this.#token, token);
	}

	/** Keeps what is known for the next life, where it is news. */
	keep(): void {
		const { known } = this;
		if (known.generation <= this.#kept) return;
		this.#kept = known.generation;
		this.#generations.keep(this.#shard, known);
	}

	/** Returns whether the clock has stepped. */
	toldClock(nowMs: number): boolean {
		const stepMs = nowMs - this.nowMs();
		this.#shardMs = nowMs;
		this.#toldMs = this.#clock.monoMs();
		return Math.abs(stepMs) > this.#toleranceMs;
	}
}
