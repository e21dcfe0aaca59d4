/**
 * ShardMemory: what this node remembers of a shard, which may forget it: its
 * generation, and its clock as the shard last told it plus what has passed since
 * by the own monotonic clock.
 *
 * Time in a shard is its server's alone, and an operator or NTP may put it forward
 * or back. This tells of such steps. A late answer looks like one, so no generation
 * may be raised by them.
 */
import { type Generation, NO_GENERATION } from "../protocol/token.ts";
import type { Clock } from "./ports.ts";

export class ShardMemory {
	readonly #clock: Clock;
	readonly #toleranceMs: number;
	#raised: Generation = NO_GENERATION;
	/** The shard's clock as told at `#toldMs` of the monotonic one. */
	#shardMs = 0;
	#toldMs = 0;

	/** What differs by no more than `toleranceMs` from what was expected is no step: clocks drift, and answers take time. */
	constructor(clock: Clock, toleranceMs: number) {
		this.#clock = clock;
		this.#toleranceMs = toleranceMs;
	}

	/** The highest that was seen here. */
	get raised(): Generation {
		return this.#raised;
	}

	/** The shard's clock, as far as known here. */
	nowMs(): number {
		return this.#shardMs + this.#clock.monoMs() - this.#toldMs;
	}

	/** Where only the run is another, it tells of a raise that the shard has forgotten: that is kept. */
	toldGeneration({ generation, run }: Generation): void {
		if (generation > this.#raised.generation)
			this.#raised = { generation, run };
	}

	/** Returns whether the clock has stepped. */
	toldClock(nowMs: number): boolean {
		const stepMs = nowMs - this.nowMs();
		this.#shardMs = nowMs;
		this.#toldMs = this.#clock.monoMs();
		return Math.abs(stepMs) > this.#toleranceMs;
	}
}
