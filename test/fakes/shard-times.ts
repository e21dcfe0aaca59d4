/**
 * The times of one shard of the store's twin: which tasks are due when, and which must
 * have begun by when. As in Redis, tasks of one moment stand in the order of their ids.
 */
export class Times {
	readonly #due = new Map<string, number>();
	readonly #expiring = new Map<string, number>();

	copy(): Times {
		const copy = new Times();
		for (const [id, ms] of this.#due) copy.#due.set(id, ms);
		for (const [id, ms] of this.#expiring) copy.#expiring.set(id, ms);
		return copy;
	}

	schedule(id: string, dueMs: number): void {
		this.#due.set(id, dueMs);
	}

	unschedule(id: string): void {
		this.#due.delete(id);
	}

	/** The task must begin by then. */
	bind(id: string, expiresMs: number | undefined): void {
		if (expiresMs !== undefined) this.#expiring.set(id, expiresMs);
	}

	/** The task has begun, or ended. Returns by when it had to begin, if there was such a time. */
	release(id: string): number | undefined {
		const expiresMs = this.#expiring.get(id);
		this.#expiring.delete(id);
		return expiresMs;
	}

	due(nowMs: number, limit: number): string[] {
		return until(this.#due, nowMs, limit);
	}

	expired(nowMs: number, limit: number): string[] {
		return until(this.#expiring, nowMs, limit);
	}

	/** When a task is due, or expires, next. */
	get nextMs(): number | undefined {
		let nextMs = Infinity;
		for (const times of [this.#due, this.#expiring])
			for (const ms of times.values()) nextMs = Math.min(nextMs, ms);
		return nextMs === Infinity ? undefined : nextMs;
	}

	places() {
		return {
			due: [...this.#due.keys()],
			scheduled: [...this.#due.keys()],
			expiring: [...this.#expiring.keys()],
		};
	}
}

function until(
	times: ReadonlyMap<string, number>,
	nowMs: number,
	limit: number,
): string[] {
	return [...times]
		.filter(([, ms]) => ms <= nowMs)
		.sort(([a, one], [b, other]) => one - other || (a < b ? -1 : 1))
		.slice(0, limit)
		.map(([id]) => id);
}
