/** What a node tells those who draw a page from it, a frame a second. */
import type { LiveFrame } from "../../protocol/schema/live.ts";
import type { EventsOver } from "./event-api.ts";

/** The same for all who are told it, so that it is written once. */
export interface LiveMessage {
	readonly frame: LiveFrame;
}

export interface LiveReader {
	/** A `first`, and what is new each second. Ends when the reader is closed, or for a reason. */
	readonly messages: AsyncGenerator<LiveMessage, EventsOver | undefined>;
	/** Aborted with that reason, also while nobody takes a message. */
	readonly over: AbortSignal;
	close(): void;
}

export interface LiveApi {
	/** Undefined: there are too many readers. Also while the store is away. */
	read(): Promise<LiveReader | undefined>;
}
