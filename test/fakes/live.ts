/** The `LiveApi` of no node: a test tells the frames. */
import type {
	EventsOver,
	LiveApi,
	LiveMessage,
	LiveReader,
} from "../../node/ports.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";

export class FakeLive implements LiveApi {
	full = false;
	/** What whoever reads is told. */
	frames: readonly LiveFrame[] = [];
	/** Then its stream ends. */
	over: EventsOver = "stopping";

	async read(): Promise<LiveReader | undefined> {
		if (this.full) return undefined;
		const over = new AbortController();
		const close = () => over.abort();
		return { messages: this.#read(), over: over.signal, close };
	}

	async *#read(): AsyncGenerator<LiveMessage, EventsOver | undefined> {
		for (const frame of this.frames) yield { frame };
		return this.over;
	}
}
