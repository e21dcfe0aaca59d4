/**
 * LaterLife: for how long a later life of this node has kept it out of a shard. Either this
 * node's clock was put back since its last life, whose lease will run out; or the other one
 * lives, and this one has to go.
 */
export class LaterLife {
	#sinceMs: number | undefined;

	/** It was met again, now on the monotonic clock. Returns whether it lives, by leases of `ttlMs`. */
	met(nowMs: number, ttlMs: number): boolean {
		this.#sinceMs ??= nowMs;
		return nowMs - this.#sinceMs > 2 * ttlMs;
	}

	/** This node was let in. */
	isGone(): void {
		this.#sinceMs = undefined;
	}
}
