/**
 * Rates: so many requests a second of each token. Each has a bucket that holds as many as a
 * second brings, and fills evenly; what finds it empty is refused.
 */
import type { Clock } from "../../ports.ts";

/** Beyond, those that are full are forgotten, and so are as good as new. */
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

	/** Whether the token of this name may ask once more. */
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
