/**
 * ShardMemory: what this node remembers about a shard, which itself may lose it: the
 * shard's generation, also over restarts of the node; its clock, as the shard last told
 * it plus what has passed since by the node's own monotonic clock; and how long it has
 * been up.
 *
 * Time in a shard is its server's alone, and an operator or NTP may put it forward or
 * back. This reports such steps. The time in an answer was true at some moment between
 * question and answer, so a step is a difference that no moment between them explains; a
 * step smaller than the time that passed between them cannot be seen. A shard that counts
 * as up must have answered again and again, on a steady clock. While it does not answer,
 * or the node sleeps, things may pass unseen; and leases say little after a step, which
 * took time from all of them, or gave it.
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
	/**
	 * The shard's clock is ahead of the monotonic one by a time between these two, as told
	 * at `#toldMs`.
	 */
	#aheadMsMin = 0;
	#aheadMsMax = 0;
	#toldMs = 0;
	/** Since when the shard has been answering without a gap. */
	#upSinceMs: number | undefined;

	constructor(clock: Clock, shard: number, generations: Generations) {
		this.#clock = clock;
		this.#shard = shard;
		this.#generations = generations;
		this.#raised = generations.recall(shard);
		this.#kept = this.#raised.generation;
	}

	/** The highest generation that was told here: tasks are claimed under it. */
	get raised(): Generation {
		return this.#raised;
	}

	/**
	 * The highest generation from which tokens are known. If the counter of tokens outgrew its
	 * bits, that is a later one than the one told.
	 */
	get known(): Generation {
		const { generation, run } = this.#raised;
		return {
			generation: Math.max(generation, generationOf(this.#token)),
			run,
		};
	}

	/** The time on the shard's clock, as far as it is known here. */
	nowMs(): number {
		return this.#clock.monoMs() + this.#aheadMsMin;
	}

	/** For how long the shard has been seen up, without a gap; undefined if it is not. */
	get upMs(): number | undefined {
		if (this.#upSinceMs === undefined || this.#isGap()) return undefined;
		return this.#clock.monoMs() - this.#upSinceMs;
	}

	/** The shard did not answer, or what was seen of it must not count. */
	missed(): void {
		this.#upSinceMs = undefined;
	}

	/** Whether the shard's clock is known as well as it can be. */
	get knowsClock(): boolean {
		return this.#aheadMsMax - this.#aheadMsMin <= CLOCK_BLUR_MS_MAX;
	}

	/**
	 * The shard has told its generation. If only the run is another, what is known shows a
	 * raise that the shard has lost: that stays. News is kept before any task is claimed
	 * under it.
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

	/** Keeps what is known for the next life, if it is news. */
	keep(): void {
		const { known } = this;
		if (known.generation <= this.#kept) return;
		this.#kept = known.generation;
		this.#generations.keep(this.#shard, known);
	}

	/** The shard answered, and its clock was at `nowMs` at some moment since `sentMs` here. */
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
