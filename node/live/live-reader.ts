/** Reader: one who reads frames: a `first`, and then each that is made, at its own pace, until it is too far behind. */
import { LIVE_BEHIND_MAX } from "../../protocol/limits.ts";
import type { EventsOver, LiveMessage, LiveReader } from "../ports.ts";

export class Reader implements LiveReader {
	readonly messages: AsyncGenerator<LiveMessage, EventsOver | undefined>;
	readonly #waiting: LiveMessage[];
	#wake: (() => void) | undefined;
	readonly #over = new AbortController();
	readonly #closed: (reader: Reader) => void;

	constructor(first: LiveMessage, closed: (reader: Reader) => void) {
		this.#waiting = [first];
		this.#closed = closed;
		this.messages = this.#read();
	}

	get over(): AbortSignal {
		return this.#over.signal;
	}

	tell(message: LiveMessage): void {
		// It replaces all frames that were not taken yet.
		if (message.frame.kind === "first") this.#waiting.length = 0;
		this.#waiting.push(message);
		if (this.#waiting.length > LIVE_BEHIND_MAX) this.end("slow");
		else this.#wake?.();
	}

	/** The node ends the stream. */
	end(why: EventsOver): void {
		this.#stop(why);
	}

	/** The reader ends the stream. */
	close(): void {
		this.#stop(undefined);
	}

	#stop(why: EventsOver | undefined): void {
		this.#over.abort(why);
		this.#wake?.();
		this.#closed(this);
	}

	async *#read(): AsyncGenerator<LiveMessage, EventsOver | undefined> {
		try {
			while (!this.over.aborted) {
				const message = this.#waiting.shift();
				if (message !== undefined) yield message;
				else
					await new Promise<void>((resolve) => {
						this.#wake = resolve;
					});
			}
			const { reason } = this.over;
			return reason === "slow" || reason === "stopping" ? reason : undefined;
		} finally {
			this.close();
		}
	}
}
