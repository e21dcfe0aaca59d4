/**
 * Portions: those that some are told who read here (portion.ts), one for each restriction, however many read it.
 *
 * Owns what is read for them: what happened before, once for all of them, and then events, of which each is told those
 * of its own tasks. If any are missing, all is read anew and told anew. While nobody reads one, it is kept
 * for a while, as everything is here: see live-feed.ts.
 */
import {
	LIVE_LINGER_MS,
	LIVE_LOAD_MS,
	LIVE_PORTIONS_MAX,
} from "../../protocol/limits.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import {
	type Clock,
	type EventApi,
	type EventReader,
	type LiveWithin,
	type Log,
	StoreError,
} from "../ports.ts";
import type { HistoryShard } from "./history.ts";
import { JointHistory } from "./joint-history.ts";
import type { Reader } from "./live-reader.ts";
import type { Looks } from "./looks.ts";
import { type OwnBacklog, Portion } from "./portion.ts";
import { Rest } from "./rest.ts";
import type { Seats } from "./seats.ts";
import type { Names } from "./told.ts";
import { WANTED } from "./wanted.ts";
import { within } from "./within.ts";

export interface PortionsParts {
	readonly clock: Clock;
	readonly log: Log;
	readonly shards: readonly HistoryShard[];
	readonly events: EventApi;
	readonly nodes: Names;
	readonly looks: Looks;
	readonly backlog: {
		/** As it was read last, of these tasks. */
		known(within: LiveWithin): OwnBacklog;
	};
}

/** The frame that all are told, or would be, and of what nodes its numbers are. */
export interface Whole {
	readonly frame: LiveFrame;
	readonly seats: Seats;
}

/** One portion, from its first reader to a while after the last. */
export interface Kept {
	readonly reach: LiveWithin;
	readonly readers: Set<Reader>;
	/** It knows what happened before, or the store is away. */
	ready: Promise<void>;
	portion: Portion;
	/** That readers know; they have to be told anew of any other. */
	told: Portion;
	/** Undefined: what happened must be read anew. */
	events: EventReader | undefined;
	/** When that was begun last; undefined: it is not being read. */
	readingMs: number | undefined;
	readonly rest: Rest;
	/** Since then nobody reads it. */
	idleMs: number;
	/** The newest `first` since the last frame. */
	first: LiveFrame | undefined;
}

export class Portions {
	readonly #kept = new Map<string, Kept>();
	readonly #before: JointHistory;
	readonly #parts: PortionsParts;

	constructor(parts: PortionsParts) {
		this.#parts = parts;
		this.#before = new JointHistory(parts);
	}

	/** With what happened before, unless the store is away. Undefined: there are too many. */
	async open(reach: LiveWithin): Promise<Kept | undefined> {
		const key = JSON.stringify([reach.queues, reach.types]);
		const known = this.#kept.get(key);
		if (known !== undefined) {
			await known.ready;
			return known;
		}
		if (this.#kept.size >= LIVE_PORTIONS_MAX) return undefined;
		const portion = this.#newPortion(reach);
		const kept: Kept = {
			...{ reach, readers: new Set(), portion, told: portion },
			...{ events: undefined, readingMs: undefined, first: undefined },
			...{ idleMs: this.#parts.clock.monoMs(), ready: Promise.resolve() },
			rest: new Rest(this.#parts.clock),
		};
		this.#kept.set(key, kept);
		kept.ready = this.#begin(kept);
		await kept.ready;
		return kept;
	}

	/** Then nobody has to be told anew. */
	async #begin(kept: Kept): Promise<void> {
		await within(this.#parts.clock, LIVE_LOAD_MS, this.#read(kept));
		kept.told = kept.portion;
	}

	/** For who begins to read it. */
	first(kept: Kept, { frame, seats }: Whole): LiveFrame {
		const { portion, reach } = kept;
		const backlog = this.#parts.backlog.known(reach);
		kept.first ??= portion.first(frame, seats, backlog);
		return kept.first;
	}

	/** `first`: if all are told anew, by that. */
	tell({ frame, seats }: Whole, first: () => Whole, isAnew: boolean): void {
		for (const [key, kept] of this.#kept) {
			if (kept.readers.size === 0 && this.#isOver(kept)) {
				this.#kept.delete(key);
				kept.events?.close();
				continue;
			}
			if (kept.events === undefined) void this.#read(kept);
			const backlog = this.#parts.backlog.known(kept.reach);
			const next = kept.portion.next(frame, seats, backlog);
			kept.first = undefined;
			const isNew = isAnew || kept.portion !== kept.told;
			kept.told = kept.portion;
			const told = isNew ? this.first(kept, first()) : next;
			const message = { frame: told };
			for (const reader of kept.readers) reader.tell(message);
		}
	}

	closed(kept: Kept, reader: Reader): void {
		kept.readers.delete(reader);
		kept.idleMs = this.#parts.clock.monoMs();
	}

	/** Nobody reads any more. */
	end(): void {
		for (const { events } of this.#kept.values()) events?.close();
		this.#kept.clear();
	}

	#isOver({ idleMs }: Kept): boolean {
		return this.#parts.clock.monoMs() - idleMs > LIVE_LINGER_MS;
	}

	#isKept(kept: Kept): boolean {
		return [...this.#kept.values()].includes(kept);
	}

	#newPortion(reach: LiveWithin): Portion {
		return new Portion(reach, this.#parts.nodes);
	}

	/** What happened, to go on from there. */
	async #read(kept: Kept): Promise<void> {
		const { clock, looks, log } = this.#parts;
		const nowMs = clock.monoMs();
		const { rest, readingMs = Number.NEGATIVE_INFINITY } = kept;
		// An answer that was lost is not waited for for ever.
		if (nowMs - readingMs < LIVE_LOAD_MS) return;
		if (!looks.isFresh || !rest.isOver) return;
		kept.readingMs = nowMs;
		try {
			if (await this.#goOn(kept)) rest.succeeded();
			else rest.failed();
		} catch (error) {
			rest.failed();
			if (!(error instanceof StoreError)) throw error;
			log.debug({ err: error }, "could not read what happened before");
		} finally {
			if (kept.readingMs === nowMs) kept.readingMs = undefined;
		}
	}

	/** Returns whether events can be followed. @throws StoreError */
	async #goOn(kept: Kept): Promise<boolean> {
		const { events, looks } = this.#parts;
		const query = { ...WANTED, within: kept.reach };
		const before = this.#before.join();
		const after = await before.places();
		const reader = await events.read({ query, after });
		if (reader === undefined) return false;
		try {
			const history = await before.history();
			if (kept.events !== undefined || !this.#isKept(kept)) return true;
			const portion = this.#newPortion(kept.reach);
			portion.begin(history, looks.nowMs);
			kept.portion = portion;
			kept.first = undefined;
			kept.events = reader;
			void this.#follow(kept, portion, reader);
			return true;
		} finally {
			if (kept.events !== reader) reader.close();
		}
	}

	async #follow(kept: Kept, portion: Portion, reader: EventReader) {
		for await (const { told } of reader.batches) {
			if (told.some((each) => "missing" in each)) break;
			for (const each of told) portion.told(each);
		}
		reader.close();
		if (kept.events === reader) kept.events = undefined;
	}
}
