/** What a shard keeps of what has happened in it: a stream of entries, cut to a size. */
import type { EventPlace, StoreEvent } from "../../protocol/event.ts";

/** What one step brought about: of one task in the order in which it happened. */
export interface EventEntry {
	/** Behind it. */
	readonly place: EventPlace;
	readonly events: readonly StoreEvent[];
}

export interface EventsReply {
	/**
	 * `trimmed`: what followed the reader's place is gone, up to `from`. `lost`: the store has lost
	 * writes since, among them perhaps some that the reader has read; `from` is its end.
	 */
	readonly how: "on" | "trimmed" | "lost";
	/** Where the entries go on from. */
	readonly from: EventPlace;
	/** In the store's time. */
	readonly nowMs: number;
	readonly entries: readonly EventEntry[];
	/** There are further ones. */
	readonly more: boolean;
}

/** The events of a shard. What holds for all of its methods stands at `Shard`. */
export interface ShardEvents {
	/** What follows a place, a step at a time; undefined: nothing, but where the stream ends. */
	after(place: EventPlace | undefined): Promise<EventsReply>;
	/** What came before a place, newest first, a step at a time; undefined: before the end. `from` is the place told, and says nothing if none was. */
	before(place: EventPlace | undefined): Promise<EventsReply>;
	/** Cuts a step off a stream that is too large. Returns whether there is more to cut. */
	cut(): Promise<boolean>;
	/** Notes what somebody has done to the cluster: one line of JSON, AUDIT_BYTES_MAX at most. */
	audit(line: string): Promise<void>;
}
