/**
 * EventFeed: tells readers of events on this node what happens. However many there are,
 * the node reads each shard's stream only once, again and again, while there are any.
 * What it reads is kept for a moment in one place (event-log.ts), and each reader moves
 * along it at its own pace.
 *
 * Owns when the store is asked, and the bounds: on readers, on what is kept for them, and
 * on those that read from the store what they have missed.
 */
import type { EventPlace, ViewEvent } from "../../protocol/event.ts";
import { EventFilter } from "../../protocol/event-filter.ts";
import type { ReadPlace } from "../../protocol/event-id.ts";
import {
	EVENT_READERS_MAX,
	EVENTS_BEHIND_MAX,
	EVENTS_LINGER_MS,
	EVENTS_POLL_MS_MAX,
	EVENTS_POLL_MS_MIN,
	STORE_RETRY_MS,
} from "../../protocol/limits.ts";
import {
	type Clock,
	type EventApi,
	type EventReader,
	type EventsReply,
	type EventsWish,
	type Log,
	type ReaderRoom,
	type RegisteredNode,
	type ShardEvents,
	StoreError,
	type Timer,
} from "../ports.ts";
import { EventLog } from "./event-log.ts";
import { Reader, type ReaderFeed } from "./event-reader.ts";

export interface EventFeedParts {
	readonly clock: Clock;
	readonly log: Log;
	/** The shards, in order. */
	readonly shards: readonly {
		readonly events: Pick<ShardEvents, "after">;
	}[];
	/** See roster.ts. */
	readonly roster: {
		nameOf(nodeId: string): string | undefined;
		/** All other nodes that hold a lease, or did until it was revoked. */
		readonly others: readonly Pick<RegisteredNode, "record" | "expiresMs">[];
	};
}

/** Each wait for events is so many times the one before. */
const POLL_GROWTH = 1.5;

/**
 * A place of a cluster that was recreated with another number of shards: everything
 * before is lost.
 */
const NOWHERE: ReadPlace = { generation: 1, bytes: 0, ms: 0, read: 0 };

/** The room of a reader that takes each batch at once. */
const ENOUGH: ReaderRoom = { enter: () => true, leave() {} };

/** What is read while there are readers, and for a moment longer. */
interface Run {
	readonly log: EventLog;
	isOver: boolean;
}

export class EventFeed implements EventApi {
	#run: Run | undefined;
	#starting: Promise<Run> | undefined;
	readonly #readers = new Set<Reader>();
	/** Functions to call when there is news. */
	readonly #waiting = new Set<() => void>();
	/** Steps under way for readers that are behind, and readers that wait for one. */
	#behind = 0;
	readonly #queue: (() => void)[] = [];
	#lingering: Timer | undefined;
	#stopped = false;
	readonly #parts: EventFeedParts;

	constructor(parts: EventFeedParts) {
		this.#parts = parts;
	}

	get readers(): number {
		return this.#readers.size;
	}

	/** Ends every stream, and lets none begin. */
	stop(): void {
		this.#stopped = true;
		for (const reader of this.#readers) reader.end("stopping");
		this.#end();
	}

	elsewhere(): readonly string[] {
		return this.#parts.roster.others
			.filter(
				({ expiresMs = 0, record }) => expiresMs > 0 && record.http !== "",
			)
			.map(({ record }) => record.url ?? `http://${record.http}`);
	}

	async read(
		{ query, after }: EventsWish,
		room: ReaderRoom = ENOUGH,
	): Promise<EventReader | undefined> {
		if (this.#readers.size >= EVENT_READERS_MAX || this.#stopped)
			return undefined;
		const { clock, roster } = this.#parts;
		const run = await this.#begin();
		// Others may have come meanwhile.
		if (this.#readers.size >= EVENT_READERS_MAX || run.isOver) return undefined;
		const filter = new EventFilter(query, (nodeId) => roster.nameOf(nodeId));
		const isOurs = after?.length === this.#parts.shards.length;
		const from = after && !isOurs ? () => NOWHERE : undefined;
		const places = run.log.places.map(
			(place, shard): ReadPlace =>
				from?.() ?? after?.[shard] ?? { ...place, read: 0 },
		);
		const reader = new Reader(this.#feedOf(run), filter, places, {
			clock,
			room,
		});
		this.#lingering?.cancel();
		this.#readers.add(reader);
		return reader;
	}

	/** This node has seen something itself. */
	see(view: ViewEvent): void {
		this.#run?.log.addView(view);
		this.#tell();
	}

	#feedOf(run: Run): ReaderFeed {
		return {
			log: run.log,
			step: (shard, place) => this.#step(shard, place),
			news: (reader, ms) => this.#news(reader, ms),
			closed: (reader) => this.#closed(reader),
		};
	}

	#begin(): Promise<Run> {
		if (this.#run !== undefined) return Promise.resolve(this.#run);
		this.#starting ??= this.#start().finally(() => {
			this.#starting = undefined;
		});
		return this.#starting;
	}

	async #start(): Promise<Run> {
		const { shards } = this.#parts;
		const ends = await Promise.all(
			shards.map(({ events }) => events.after(undefined)),
		);
		const log = new EventLog(ends.map(({ from }) => from));
		const run: Run = { log, isOver: this.#stopped };
		if (this.#stopped) return run;
		this.#run = run;
		for (const shard of shards.keys()) void this.#follow(run, shard);
		return run;
	}

	#end(): void {
		if (this.#run !== undefined) this.#run.isOver = true;
		this.#run = undefined;
		this.#lingering?.cancel();
		this.#tell();
	}

	/** Reads the shard's stream for as long as the run lasts. */
	async #follow(run: Run, shard: number): Promise<void> {
		let pollMs = EVENTS_POLL_MS_MIN;
		while (!run.isOver) {
			const place = run.log.places[shard] as EventPlace;
			const reply = await this.#after(shard, place);
			if (run.isOver) return;
			const found = reply !== undefined && this.#take(run, shard, reply);
			if (found) this.#tell();
			if (reply?.more) continue;
			pollMs = found
				? EVENTS_POLL_MS_MIN
				: Math.min(pollMs * POLL_GROWTH, EVENTS_POLL_MS_MAX);
			await this.#pause(reply === undefined ? STORE_RETRY_MS : pollMs);
		}
	}

	/** Adds what was read to the log; returns whether there was anything. */
	#take({ log }: Run, shard: number, reply: EventsReply): boolean {
		const { how, from, nowMs, entries } = reply;
		if (how === "on") log.goOn(shard, from);
		else {
			const firstMs = how === "trimmed" ? entries[0]?.place.ms : undefined;
			log.addGap(shard, { how, upTo: from, untilMs: firstMs ?? nowMs });
		}
		for (const entry of entries) log.addEntry(shard, entry);
		return how !== "on" || entries.length > 0;
	}

	async #after(shard: number, place: EventPlace) {
		try {
			return await this.#parts.shards[shard]?.events.after(place);
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			const told = { err: error, shard };
			this.#parts.log.debug(told, "the store did not say what happens");
			return undefined;
		}
	}

	#pause(ms: number): Promise<void> {
		return new Promise((resolve) => this.#parts.clock.after(ms, resolve));
	}

	async #step(shard: number, place: ReadPlace): Promise<EventsReply> {
		if (this.#behind >= EVENTS_BEHIND_MAX)
			await new Promise<void>((resolve) => this.#queue.push(resolve));
		this.#behind += 1;
		try {
			const { generation, bytes, ms } = place;
			const { events } = this.#parts.shards[
				shard
			] as EventFeedParts["shards"][number];
			return await events.after({ generation, bytes, ms });
		} finally {
			this.#behind -= 1;
			this.#queue.shift()?.();
		}
	}

	#news(reader: Reader, ms: number): Promise<void> {
		if (reader.over.aborted) return Promise.resolve();
		return new Promise((resolve) => {
			const wake = () => {
				timer.cancel();
				this.#waiting.delete(wake);
				reader.over.removeEventListener("abort", wake);
				resolve();
			};
			const timer = this.#parts.clock.after(ms, wake);
			this.#waiting.add(wake);
			reader.over.addEventListener("abort", wake);
		});
	}

	/** Notifies the readers that there is something new; ends those that have fallen behind what is kept. */
	#tell(): void {
		const start = this.#run?.log.start ?? 0;
		for (const reader of this.#readers)
			if (reader.next !== undefined && reader.next < start) {
				this.#parts.log.info({}, "a reader of events was too slow");
				reader.end("slow");
			}
		for (const wake of [...this.#waiting]) wake();
	}

	#closed(reader: Reader): void {
		if (!this.#readers.delete(reader) || this.#readers.size > 0) return;
		this.#lingering?.cancel();
		if (this.#stopped) return;
		this.#lingering = this.#parts.clock.after(EVENTS_LINGER_MS, () =>
			this.#end(),
		);
	}
}
