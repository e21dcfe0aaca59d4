/**
 * LaterLife: how long a later life of this node has kept it out of a shard. Either this
 * node's clock was put back since that life, whose lease will expire; or the other one
 * lives, and this one has to go.
 */
export class LaterLife {
	#sinceMs: number | undefined;

	/**
	 * The later life was met again, at this time of the monotonic clock. Returns whether it
	 * lives, if leases last `ttlMs`.
	 */
	met(nowMs: number, ttlMs: number): boolean {
		this.#sinceMs ??= nowMs;
		return nowMs - this.#sinceMs > 2 * ttlMs;
	}

	/** This node was let in. */
	isGone(): void {
		this.#sinceMs = undefined;
	}
}
