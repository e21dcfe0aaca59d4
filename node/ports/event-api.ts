/** What a node tells the readers of its events. */
import type { StoreEvent, ViewEvent } from "../../protocol/event.ts";
import type { EventQuery } from "../../protocol/event-filter.ts";
import type { ReadPlace } from "../../protocol/event-id.ts";

/** Some events of a shard are missing, and reading goes on after them. */
export interface EventsMissing {
	readonly shard: number;
	/**
	 * `trimmed`: they were too old to be kept. `lost`: the store has lost writes; what was
	 * told shortly before may have been undone, too.
	 */
	readonly how: "trimmed" | "lost";
	/** Since when, in the store's time; undefined if that is not known. */
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

/** What a reader is told at once; empty if there is nothing to tell for a while. */
export interface EventBatch {
	readonly told: readonly Told[];
	/** The id to go on from, on any node. */
	readonly id: string;
}

/** Why the node has ended a stream. */
export type EventsOver = "slow" | "stopping";

export interface EventReader {
	/** Ends when the reader is closed, or for one of these reasons. */
	readonly batches: AsyncGenerator<EventBatch, EventsOver | undefined>;
	/** Aborted with that reason, even while nobody takes a batch. */
	readonly over: AbortSignal;
	close(): void;
}

export interface EventsWish {
	readonly query: EventQuery;
	/** Where to go on; undefined to begin with what happens from now on. */
	readonly after: readonly ReadPlace[] | undefined;
}

/** Memory for what a reader is told next, of which there is only so much for all. */
export interface ReaderRoom {
	/** Resolves when there is room for so many bytes; with false if nobody reads any more. */
	enter(bytes: number): true | Promise<boolean>;
	/** Gives the memory back. */
	leave(): void;
}

export interface EventApi {
	/**
	 * Undefined if there are too many readers. The reader enters the room before it makes up
	 * a batch that is not small. Who takes the batch leaves the room when it is done with it.
	 * Without a room there is enough: for who takes each batch at once.
	 * @throws StoreError
	 */
	read(wish: EventsWish, room?: ReaderRoom): Promise<EventReader | undefined>;
	/** The HTTP addresses of other live nodes. */
	elsewhere(): readonly string[];
}
