/** The `EventApi` of no node: what readers are told, a test tells. */
import type {
	EventApi,
	EventBatch,
	EventReader,
	EventsOver,
	EventsWish,
} from "../../node/ports.ts";

export class FakeEvents implements EventApi {
	/** What was asked for. */
	readonly wishes: EventsWish[] = [];
	/** Thrown, while set. */
	failure: Error | undefined;
	full = false;
	/** Nobody begins to read before this. */
	ready: Promise<void> = Promise.resolve();
	others: readonly string[] = [];
	open = 0;
	/** How many have begun to read, ever. */
	begun = 0;
	#queue: EventBatch[] = [];
	#over: EventsOver | undefined;
	#wake = () => {};

	async read(wish: EventsWish): Promise<EventReader | undefined> {
		if (this.failure !== undefined) throw this.failure;
		if (this.full) return undefined;
		this.wishes.push(wish);
		await this.ready;
		this.open += 1;
		this.begun += 1;
		const over = new AbortController();
		const close = () => {
			if (over.signal.aborted) return;
			this.open -= 1;
			over.abort();
			this.#wake();
		};
		const batches = this.#read(over.signal, close);
		return { batches, over: over.signal, close };
	}

	elsewhere(): readonly string[] {
		return this.others;
	}

	/** Whoever reads is told this. */
	tell(batch: EventBatch): void {
		this.#queue.push(batch);
		this.#wake();
	}

	/** Its stream ends. */
	end(why: EventsOver): void {
		this.#over = why;
		this.#wake();
	}

	async *#read(
		signal: AbortSignal,
		close: () => void,
	): AsyncGenerator<EventBatch, EventsOver | undefined> {
		try {
			while (!signal.aborted) {
				const batch = this.#queue.shift();
				if (batch !== undefined) yield batch;
				else if (this.#over !== undefined) return this.#over;
				else
					await new Promise<void>((resolve) => {
						this.#wake = resolve;
					});
			}
			return undefined;
		} finally {
			close();
		}
	}
}
