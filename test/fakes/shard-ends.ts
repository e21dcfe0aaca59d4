/**
 * The order in which tasks of one shard of the store's twin have ended. Those that end by one
 * step stand in it as one: by when that was, and of one moment by their ids, as in Redis.
 */

interface Batch {
	readonly ids: readonly string[];
	readonly endedMs: number;
}

export class Ends {
	#batches: Batch[] = [];
	#ending: string[] = [];

	copy(): Ends {
		const copy = new Ends();
		copy.#batches = [...this.#batches];
		return copy;
	}

	get size(): number {
		return this.#batches.reduce((sum, { ids }) => sum + ids.length, 0);
	}

	get ids(): readonly string[] {
		return this.#batches.flatMap(({ ids }) => ids);
	}

	/** One of those that end by this step. */
	add(id: string): void {
		this.#ending.push(id);
	}

	/** The step is over. */
	close(endedMs: number): void {
		if (this.#ending.length === 0) return;
		this.#put({ ids: this.#ending, endedMs });
		this.#ending = [];
	}

	/** Takes out the oldest: all that ended by then, and so many at least; but at most `limit`. */
	take(untilMs: number, count: number, limit: number): string[] {
		const taken: string[] = [];
		for (;;) {
			const [first, ...others] = this.#batches;
			if (first === undefined) return taken;
			const due = first.endedMs <= untilMs ? limit : count;
			const room = Math.max(0, Math.min(due, limit) - taken.length);
			taken.push(...first.ids.slice(0, room));
			const left = first.ids.slice(room);
			this.#batches = others;
			if (left.length === 0) continue;
			this.#put({ ...first, ids: left });
			return taken;
		}
	}

	#put(batch: Batch): void {
		this.#batches = [...this.#batches, batch].sort(
			(a, b) => a.endedMs - b.endedMs || (textOf(a) < textOf(b) ? -1 : 1),
		);
	}
}

function textOf({ ids }: Batch): string {
	return ids.join(" ");
}
