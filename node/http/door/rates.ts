/**
 * Rates: limits the requests a second of each token. Each token has a bucket that holds
 * as many as one second allows, and fills evenly; a request that finds it empty is
 * refused.
 */
import type { Clock } from "../../ports.ts";

/** Beyond this number, full buckets are discarded: a new one is the same. */
const BUCKETS_MAX = 4_096;
const SECOND_MS = 1_000;

interface Bucket {
	left: number;
	atMs: number;
}

export class Rates {
	readonly #clock: Pick<Clock, "monoMs">;
	readonly #rate: number;
	readonly #buckets = new Map<string, Bucket>();

	constructor(clock: Pick<Clock, "monoMs">, rate: number) {
		this.#clock = clock;
		this.#rate = rate;
	}

	/** Whether the token of this name may make one more request. */
	take(name: string): boolean {
		const nowMs = this.#clock.monoMs();
		const bucket = this.#buckets.get(name) ?? this.#newBucket(name, nowMs);
		const filled = ((nowMs - bucket.atMs) * this.#rate) / SECOND_MS;
		bucket.left = Math.min(this.#rate, bucket.left + filled);
		bucket.atMs = nowMs;
		if (bucket.left < 1) return false;
		bucket.left -= 1;
		return true;
	}

	#newBucket(name: string, nowMs: number): Bucket {
		if (this.#buckets.size >= BUCKETS_MAX)
			for (const [other, { atMs }] of this.#buckets)
				if (nowMs - atMs >= SECOND_MS) this.#buckets.delete(other);
		const bucket = { left: this.#rate, atMs: nowMs };
		this.#buckets.set(name, bucket);
		return bucket;
	}
}
