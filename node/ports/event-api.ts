/** What a node tells those who read events. */
import type { StoreEvent, ViewEvent } from "../../protocol/event.ts";
import type { EventQuery } from "../../protocol/event-filter.ts";
import type { ReadPlace } from "../../protocol/event-id.ts";

/** Some events of a shard are missing, and reading goes on behind them. */
export interface EventsMissing {
	readonly shard: number;
	/**
	 * `trimmed`: they were too old to be kept. `lost`: the store has lost writes; what was told
	 * shortly before may be undone, too.
	 */
	readonly how: "trimmed" | "lost";
	/** Since when, in the store's time; undefined: not known. */
	readonly sinceMs: number | undefined;
	readonly untilMs: number;
	readonly after: ReadPlace;
	readonly upTo: ReadPlace;
}

export type Told = { readonly id: string } & (
	| {
			readonly shard: number;
			/** In the store's time. */
			readonly atMs: number;
			readonly event: StoreEvent;
	  }
	| { readonly view: ViewEvent }
	| { readonly missing: EventsMissing }
);

/** What a reader is told at once: nothing, if that is all there is to tell for a while. */
export interface EventBatch {
	readonly told: readonly Told[];
	/** To go on from, on any node. */
	readonly id: string;
}

/** Why a stream has ended of itself. */
export type EventsOver = "slow" | "stopping";

export interface EventReader {
	/** Ends when the reader is closed, or for a reason. */
	readonly batches: AsyncGenerator<EventBatch, EventsOver | undefined>;
	/** Aborted with that reason, also while nobody takes a batch. */
	readonly over: AbortSignal;
	close(): void;
}

export interface EventsWish {
	readonly query: EventQuery;
	/** Undefined: from now on. */
	readonly after: readonly ReadPlace[] | undefined;
}

export interface EventApi {
	/**
	 * Undefined: there are too many readers.
	 * @throws StoreError
	 */
	read(wish: EventsWish): Promise<EventReader | undefined>;
	/** HTTP addresses of other nodes that live. */
	elsewhere(): readonly string[];
}
