/** What a node tells the pages that are drawn from it, one frame a second. */
import type { LiveFrame } from "../../protocol/schema/live.ts";
import type { EventsOver } from "./event-api.ts";

/** The same object for all readers, so that it is written only once. */
export interface LiveMessage {
	readonly frame: LiveFrame;
}

export interface LiveReader {
	/**
	 * A `first` frame, and then what is new each second. Ends when the reader is closed, or
	 * for a reason.
	 */
	readonly messages: AsyncGenerator<LiveMessage, EventsOver | undefined>;
	/** Aborted with that reason, even while nobody takes a message. */
	readonly over: AbortSignal;
	close(): void;
}

export interface LiveApi {
	/** Undefined if there are too many readers. Works while the store is away. */
	read(): Promise<LiveReader | undefined>;
}
