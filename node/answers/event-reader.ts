/**
 * Reader: one reader of events, from now on or from an id. What it has missed it reads
 * from the store, one step at a time, until it has come to what its node has read anyway;
 * from there it follows that. What it is told is made up when it asks for it, so a slow
 * reader holds up nobody and nothing, and is left behind in the end.
 */

import type { EventFilter } from "../../protocol/event-filter.ts";
import { formatEventId, type ReadPlace } from "../../protocol/event-id.ts";
import {
	EVENTS_BATCH_MAX,
	EVENTS_HEARTBEAT_MS,
	EVENTS_STEP_BYTES,
	UNSENT_SMALL_BYTES,
} from "../../protocol/limits.ts";
import {
	type Clock,
	type EventBatch,
	type EventEntry,
	type EventReader,
	type EventsOver,
	type EventsReply,
	type ReaderRoom,
	StoreError,
	type Told,
} from "../ports.ts";
import type { EventLog, Gap, Item } from "./event-log.ts";

/** See event-feed.ts. */
export interface ReaderFeed {
	readonly log: EventLog;
	/** Reads one step from the store. @throws StoreError */
	step(shard: number, place: ReadPlace): Promise<EventsReply>;
	/**
	 * Resolves when there is something new, the reader is over, or this time has passed.
	 */
	news(reader: Reader, ms: number): Promise<void>;
	closed(reader: Reader): void;
}

/** The memory of a step from the store: as it comes, as events, and as it is written. */
const STEP_BYTES = 4 * EVENTS_STEP_BYTES;
/** The memory of an event that is told and is kept for all readers anyway. */
const TOLD_BYTES = 640;
/** The most events that a reader looks at in one turn; it may want few of them. */
const LOOKS_MAX = 4_096;
const AGAIN_MS = 100;

interface ReaderParts {
	readonly clock: Pick<Clock, "soon" | "monoMs">;
	readonly room: ReaderRoom;
}

export class Reader implements EventReader {
	readonly batches: AsyncGenerator<EventBatch, EventsOver | undefined>;
	/** The number of the next item; undefined while it reads from the store. */
	next: number | undefined;
	readonly #over = new AbortController();
	/** For each shard: the number of the first item that it is told. */
	#from: number[] = [];
	#viewsFrom = 0;
	readonly #places: ReadPlace[];
	/** The places, written as an id; undefined if they have to be written again. */
	#id: string | undefined;
	readonly #feed: ReaderFeed;
	readonly #filter: EventFilter;
	readonly #clock: Pick<Clock, "soon" | "monoMs">;
	readonly #room: ReaderRoom;
	/** When it was last told something. */
	#toldMs: number;

	constructor(
		feed: ReaderFeed,
		filter: EventFilter,
		places: readonly ReadPlace[],
		{ clock, room }: ReaderParts,
	) {
		this.#feed = feed;
		this.#filter = filter;
		this.#clock = clock;
		this.#room = room;
		// At once: a reader that has an id can go on from it.
		this.#toldMs = Number.NEGATIVE_INFINITY;
		this.#places = [...places];
		this.batches = this.#read();
	}

	get over(): AbortSignal {
		return this.#over.signal;
	}

	/** Ends the reader; called by the node. */
	end(why: EventsOver): void {
		this.#over.abort(why);
		this.#feed.closed(this);
	}

	/** Ends the reader; called by whoever reads. */
	close(): void {
		this.#over.abort();
		this.#feed.closed(this);
	}

	async *#read(): AsyncGenerator<EventBatch, EventsOver | undefined> {
		try {
			while (!this.over.aborted) {
				this.next ??= this.#join();
				if (!(await this.#mayTell())) {
					this.close();
					break;
				}
				const told =
					this.next === undefined ? await this.#catchUp() : this.#goOn();
				if (told.length === 0) this.#room.leave();
				const dueMs = this.#toldMs + EVENTS_HEARTBEAT_MS - this.#clock.monoMs();
				if (told.length > 0 || (dueMs <= 0 && !this.over.aborted)) {
					this.#toldMs = this.#clock.monoMs();
					yield { told, id: this.#idNow() };
				} else if (this.next === undefined)
					await this.#feed.news(this, AGAIN_MS);
				else if (this.next < this.#feed.log.end)
					// There is more to look at.
					await new Promise<void>((resolve) => this.#clock.soon(resolve));
				// The time that is left may be shorter than the clock can tell.
				else await this.#feed.news(this, Math.max(1, dueMs));
			}
			const { reason } = this.over;
			return reason === "slow" || reason === "stopping" ? reason : undefined;
		} finally {
			this.close();
		}
	}

	/**
	 * Whether there is room for what comes next; there always is for what is small. False if
	 * the reader is over before there is.
	 */
	#mayTell(): true | Promise<boolean> {
		const entered = this.#enter();
		if (entered === true) return true;
		return new Promise((resolve) => {
			const isOver = () => resolve(false);
			this.over.addEventListener("abort", isOver);
			void entered.then((hasRoom) => {
				this.over.removeEventListener("abort", isOver);
				resolve(hasRoom);
			});
		});
	}

	#enter(): true | Promise<boolean> {
		if (this.next === undefined) return this.#room.enter(STEP_BYTES);
		const items = Math.min(this.#feed.log.end - this.next, EVENTS_BATCH_MAX);
		const bytes = items * TOLD_BYTES;
		return bytes < UNSENT_SMALL_BYTES || this.#room.enter(bytes);
	}

	/**
	 * Where it goes on in what the node has read; undefined if that does not go back far
	 * enough.
	 */
	#join(): number | undefined {
		const { log } = this.#feed;
		const from = this.#places.map((place, shard) => log.after(shard, place));
		if (from.includes(undefined)) return undefined;
		this.#from = from as number[];
		this.#viewsFrom = log.end;
		return Math.min(log.end, ...this.#from);
	}

	/** Reads one step of each shard in which it is behind. */
	async #catchUp(): Promise<Told[]> {
		const told: Told[] = [];
		for (const [shard, place] of this.#places.entries()) {
			if (this.over.aborted || told.length >= EVENTS_BATCH_MAX) break;
			if (this.#feed.log.after(shard, place) !== undefined) continue;
			try {
				const reply = await this.#feed.step(shard, place);
				const { how, from, nowMs, entries } = reply;
				if (how === "on") this.#at(shard, { ...from, read: place.read });
				else {
					const firstMs = how === "trimmed" ? entries[0]?.place.ms : undefined;
					const untilMs = firstMs ?? nowMs;
					told.push(this.#missed(shard, { how, upTo: from, untilMs }));
				}
				for (const entry of entries) told.push(...this.#entry(shard, entry));
			} catch (error) {
				// It is tried again.
				if (!(error instanceof StoreError)) throw error;
			}
		}
		return told;
	}

	#goOn(): Told[] {
		const { log } = this.#feed;
		const told: Told[] = [];
		let looks = 0;
		while (told.length < EVENTS_BATCH_MAX && looks < LOOKS_MAX) {
			const number = this.next ?? log.end;
			if (number < log.start) {
				this.end("slow");
				break;
			}
			const item = log.at(number);
			if (item === undefined) break;
			this.next = number + 1;
			looks += "entry" in item ? item.entry.events.length : 1;
			told.push(...this.#item(item, number));
		}
		return told;
	}

	#item(item: Item, number: number): Told[] {
		if ("view" in item) {
			const { view } = item;
			if (number < this.#viewsFrom || !this.#filter.fitsView(view)) return [];
			return [{ id: this.#idNow(), view }];
		}
		const { shard } = item;
		if (number < (this.#from[shard] ?? 0)) return [];
		return "entry" in item
			? this.#entry(shard, item.entry)
			: [this.#missed(shard, item.gap)];
	}

	#entry(shard: number, { place, events }: EventEntry): Told[] {
		const told: Told[] = [];
		const before = this.#places[shard] as ReadPlace;
		const atMs = place.ms;
		for (let read = before.read; read < events.length; read++) {
			const event = events[read];
			if (event === undefined || !this.#filter.fits(event)) continue;
			const isLast = read + 1 === events.length;
			this.#at(
				shard,
				isLast ? { ...place, read: 0 } : { ...before, read: read + 1 },
			);
			told.push({ id: this.#idNow(), shard, atMs, event });
		}
		this.#at(shard, { ...place, read: 0 });
		return told;
	}

	#missed(shard: number, { how, upTo, untilMs }: Gap): Told {
		const after = this.#places[shard] as ReadPlace;
		const sinceMs = after.ms === 0 ? undefined : after.ms;
		const place = { ...upTo, read: 0 };
		this.#at(shard, place);
		const missing = { shard, how, sinceMs, untilMs, after, upTo: place };
		return { id: this.#idNow(), missing };
	}

	#at(shard: number, place: ReadPlace): void {
		this.#places[shard] = place;
		this.#id = undefined;
	}

	#idNow(): string {
		this.#id ??= formatEventId(this.#places);
		return this.#id;
	}
}
