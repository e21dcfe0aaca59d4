/**
 * ShardMemory: what this node remembers of a shard, which may forget it: its
 * generation, over the node's restarts too; its clock as the shard last told it plus
 * what has passed since by the own monotonic clock; and for how long it has been up.
 *
 * Time in a shard is its server's alone, and an operator or NTP may put it forward
 * or back. This tells of such steps. What an answer tells was true at some moment between
 * question and answer, so a step is what no moment between them explains; one that is
 * smaller than the time that passed there cannot be seen. A shard that is seen up must
 * have answered again and again, on a steady clock: while it does not answer, or the node
 * sleeps, things may pass unseen, and leases say little after a step, which took time from
 * all of them, or gave it.
 */

import {
	CLOCK_BLUR_MS_MAX,
	CLOCK_DRIFT_MAX,
	CLOCK_TOLERANCE_MS,
	PULSE_MS_MAX,
} from "../../protocol/limits.ts";
import { type Generation, generationOf } from "../../protocol/token.ts";
import type { Clock, Generations } from "../ports.ts";

export class ShardMemory {
	readonly #clock: Clock;
	readonly #shard: number;
	readonly #generations: Generations;
	#raised: Generation;
	/** The highest token that this node was given. */
	#token = 0;
	#kept: number;
	/** The shard's clock is ahead of the monotonic one by a time between these, as told at `#toldMs`. */
	#aheadMsMin = 0;
	#aheadMsMax = 0;
	#toldMs = 0;
	/** Since when, without a gap, it has been answering. */
	#upSinceMs: number | undefined;

	constructor(clock: Clock, shard: number, generations: Generations) {
		this.#clock = clock;
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
		return this.#clock.monoMs() + this.#aheadMsMin;
	}

	/** For how long the shard has been seen up, without a gap; undefined: it is not. */
	get upMs(): number | undefined {
		if (this.#upSinceMs === undefined || this.#isGap()) return undefined;
		return this.#clock.monoMs() - this.#upSinceMs;
	}

	/** It did not answer, or what was seen of it must not count. */
	missed(): void {
		this.#upSinceMs = undefined;
	}

	/** Whether the shard's clock is known as well as can be. */
	get knowsClock(): boolean {
		return this.#aheadMsMax - this.#aheadMsMin <= CLOCK_BLUR_MS_MAX;
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

	/** It answered, and it was `nowMs` there at some moment since `sentMs` here. */
	answered(nowMs: number, sentMs: number): void {
		if (this.#isGap()) this.#upSinceMs = undefined;
		if (this.#hasStepped(nowMs, sentMs)) this.#upSinceMs = undefined;
		this.#upSinceMs ??= this.#clock.monoMs();
	}

	#isGap(): boolean {
		return this.#clock.monoMs() - this.#toldMs > 2 * PULSE_MS_MAX;
	}

	#hasStepped(nowMs: number, sentMs: number): boolean {
		const ownMs = this.#clock.monoMs();
		const blurMs =
			CLOCK_TOLERANCE_MS + (ownMs - this.#toldMs) * CLOCK_DRIFT_MAX;
		const min = nowMs - ownMs;
		const max = nowMs - sentMs;
		const stepped =
			min > this.#aheadMsMax + blurMs || max < this.#aheadMsMin - blurMs;
		this.#aheadMsMin = min;
		this.#aheadMsMax = max;
		this.#toldMs = ownMs;
		return stepped;
	}
}
