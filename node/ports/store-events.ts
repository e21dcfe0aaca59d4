/** What a shard keeps of its events: a stream of entries, cut to a size. */
import type { EventPlace, StoreEvent } from "../../protocol/event.ts";

/** The events of one step. Those of one task are in the order in which they happened. */
export interface EventEntry {
	/** The place after the entry. */
	readonly place: EventPlace;
	readonly events: readonly StoreEvent[];
}

export interface EventsReply {
	/**
	 * `trimmed`: what followed the reader's place is gone, up to `from`. `lost`: the store
	 * has lost writes since, perhaps some that the reader has read; `from` is the end of
	 * the stream.
	 */
	readonly how: "on" | "trimmed" | "lost";
	/** The place from which the entries go on. */
	readonly from: EventPlace;
	/** In the store's time. */
	readonly nowMs: number;
	readonly entries: readonly EventEntry[];
	/** There are more entries. */
	readonly more: boolean;
}

/** The events of a shard. `Shard` says what holds for all of its methods. */
export interface ShardEvents {
	/**
	 * What follows a place, one step at a time. Without a place: no entries, but the end of
	 * the stream.
	 */
	after(place: EventPlace | undefined): Promise<EventsReply>;
	/**
	 * What came before a place, newest first, one step at a time; undefined for the end.
	 * `from` is that place, and means nothing if none was given.
	 */
	before(place: EventPlace | undefined): Promise<EventsReply>;
	/**
	 * Cuts one step off a stream that is too large. Returns whether there is more to cut.
	 */
	cut(): Promise<boolean>;
	/**
	 * Records what somebody did to the cluster: one line of JSON, at most AUDIT_BYTES_MAX.
	 */
	audit(line: string): Promise<void>;
}
