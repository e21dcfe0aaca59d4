/** The `LiveApi` of no node: a test tells the frames. */
import { setTimeout as pause } from "node:timers/promises";
import type {
	EventsOver,
	LiveApi,
	LiveMessage,
	LiveReader,
	LiveWithin,
} from "../../node/ports.ts";
import { LIVE_FRAME_MS } from "../../protocol/limits.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";

export class FakeLive implements LiveApi {
	full = false;
	/** What each that has come to read reaches; undefined: all. */
	readonly asked: (LiveWithin | undefined)[] = [];
	/** What whoever reads is told. */
	frames: readonly LiveFrame[] = [];
	/** Then its stream ends; undefined: it stays, and is told what is told later, and each second the time. */
	over: EventsOver | undefined = "stopping";
	#news = Promise.withResolvers<LiveFrame>();

	/** To all who stay. Who comes later is told `frames` alone. */
	tell(frame: LiveFrame): void {
		const told = this.#news;
		this.#news = Promise.withResolvers();
		told.resolve(frame);
	}

	async read(within?: LiveWithin): Promise<LiveReader | undefined> {
		this.asked.push(within);
		if (this.full) return undefined;
		const over = new AbortController();
		const closed = Promise.withResolvers<undefined>();
		const close = () => {
			over.abort();
			closed.resolve(undefined);
		};
		const messages = this.#read(closed.promise);
		return { messages, over: over.signal, close };
	}

	async *#read(
		closed: Promise<undefined>,
	): AsyncGenerator<LiveMessage, EventsOver | undefined> {
		let news = this.#news;
		for (const frame of this.frames) yield { frame };
		if (this.over !== undefined) return this.over;
		for (;;) {
			const second = new AbortController();
			const frame = await Promise.race([
				news.promise,
				closed,
				nextSecond(second.signal),
			]);
			second.abort();
			if (frame === undefined) return undefined;
			news = this.#news;
			yield { frame };
		}
	}
}

/** A frame that says nothing new. */
async function nextSecond(signal: AbortSignal): Promise<LiveFrame> {
	await pause(LIVE_FRAME_MS, undefined, { signal }).catch(() => {});
	return { kind: "next", nowMs: Date.now() };
}
