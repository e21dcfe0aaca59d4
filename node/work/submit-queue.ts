/** Tasks that wait in a node for their turn at the store, in the order in which they came. */
import {
	SUBMIT_BATCH_BYTES_MAX,
	SUBMIT_BATCH_MAX,
	SUBMIT_QUEUE_BYTES_MAX,
	SUBMIT_QUEUE_MAX,
} from "../../protocol/limits.ts";
import type { NewTask } from "../../protocol/task.ts";

interface Waiting {
	readonly task: NewTask;
	/** Since when the task has waited, on the monotonic clock. */
	readonly sinceMs: number;
}

export class SubmitQueue<Item extends Waiting> {
	#items: Item[] = [];
	#bytes = 0;

	get size(): number {
		return this.#items.length;
	}

	/** Whether so much waits already that no more should be taken. */
	get full(): boolean {
		return (
			this.#items.length >= SUBMIT_QUEUE_MAX ||
			this.#bytes >= SUBMIT_QUEUE_BYTES_MAX
		);
	}

	put(item: Item): void {
		this.#items.push(item);
		this.#bytes += item.task.payload.length;
	}

	/**
	 * Takes out the first tasks that fit into one script. Those that have waited since before
	 * `oldestMs` are late.
	 */
	take(oldestMs: number): { batch: Item[]; late: Item[] } {
		let bytes = 0;
		let taken = 0;
		const batch: Item[] = [];
		const late: Item[] = [];
		for (const item of this.#items) {
			const size = item.task.payload.length;
			if (
				batch.length === SUBMIT_BATCH_MAX ||
				(batch.length > 0 && bytes + size > SUBMIT_BATCH_BYTES_MAX)
			)
				break;
			bytes += size;
			taken += 1;
			(item.sinceMs >= oldestMs ? batch : late).push(item);
		}
		this.#items.splice(0, taken);
		this.#bytes -= bytes;
		return { batch, late };
	}

	takeAll(): Item[] {
		const items = this.#items;
		this.#items = [];
		this.#bytes = 0;
		return items;
	}
}
