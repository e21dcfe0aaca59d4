/** What a node tells the pages that are drawn from it, one frame a second. */
import type { AccessGrant } from "../../protocol/access.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import type { EventsOver } from "./event-api.ts";

/** The same object for all readers, so that it is written only once. */
export interface LiveMessage {
	readonly frame: LiveFrame;
}

/** Who reads reaches tasks of these queues and types alone. */
export type LiveWithin = Pick<AccessGrant, "queues" | "types">;

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
	/**
	 * `within`: for who reaches some tasks only; of others nothing is told. Undefined if there are too many
	 * readers, or too many restrictions among them. Works while the store is away.
	 */
	read(within?: LiveWithin): Promise<LiveReader | undefined>;
}
