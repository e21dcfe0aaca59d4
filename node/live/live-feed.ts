/**
 * LiveFeed: makes the frames that those who read on this node are told, one a second. However many they are, there
 * is one maker, which asks the store the same few things; while nobody reads, nothing is asked.
 *
 * Owns when the store is asked, and what becomes of frames while it does not answer: they go on, from gossip
 * and from what was known last, and say so. If events are missing then, all is read anew, and told
 * anew to all.
 */
import {
	LIVE_FRAME_MS,
	LIVE_LINGER_MS,
	LIVE_LOAD_MS,
	LIVE_READERS_MAX,
	LIVE_WAIT_MS,
} from "../../protocol/limits.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import {
	type Clock,
	type EventApi,
	type EventReader,
	type Leases,
	type LiveApi,
	type LiveReader,
	type LiveWithin,
	type Log,
	type NodeView,
	type ShardSessions,
	type Store,
	StoreError,
	type Timer,
} from "../ports.ts";
import { type Backlog, Enquiries } from "./enquiries.ts";
import {
	endsOf,
	type History,
	type HistoryShard,
	readHistory,
} from "./history.ts";
import { Reader } from "./live-reader.ts";
import { LiveRun, type Surroundings } from "./live-run.ts";
import { Looks } from "./looks.ts";
import { type Kept, Portions, type Whole } from "./portions.ts";
import { Rest } from "./rest.ts";
import { readStore } from "./surroundings.ts";
import { WANTED } from "./wanted.ts";
import { within } from "./within.ts";

export interface LiveFeedParts {
	readonly cluster: string;
	readonly nodeId: string;
	readonly clock: Clock;
	readonly log: Log;
	readonly store: Pick<Store, "up" | "trouble" | "onChange">;
	/** All shards, in their order. */
	readonly shards: readonly HistoryShard[];
	/** The sessions of the shard whose registry all nodes read. */
	readonly registry: Pick<ShardSessions, "deaths">;
	/** See event-feed.ts. */
	readonly events: EventApi;
	/** See cluster.ts. */
	readonly nodes: {
		/** All known nodes. `leases`: those that the store has now, if it answers. */
		known(leases?: Leases): NodeView[];
		nameOf(nodeId: string): string | undefined;
	};
	readonly backlog: Backlog;
}

/** What there is from the first reader to a while after the last. */
interface Going {
	run: LiveRun;
	/** Reads events; undefined if these, and what happened before them, have to be read anew. */
	events: EventReader | undefined;
	/** The run that readers know; of any other they have to be told everything. */
	told: LiveRun;
	/** Resolves when the first frame can be told. */
	readonly ready: Promise<void>;
	readonly rest: Rest;
	isOver: boolean;
}

export class LiveFeed implements LiveApi {
	#going: Going | undefined;
	/** And what each of them reads, if it is not told all. */
	readonly #readers = new Map<Reader, Kept | undefined>();
	readonly #portions: Portions;
	#lingering: Timer | undefined;
	#stopped = false;
	readonly #looks: Looks;
	readonly #enquiries: Enquiries;
	/** The `first` made since the last frame, which many readers who come at once share. */
	#first: LiveFrame | undefined;
	readonly #parts: LiveFeedParts;

	constructor(parts: LiveFeedParts) {
		this.#parts = parts;
		this.#looks = new Looks(parts);
		this.#enquiries = new Enquiries(parts);
		this.#portions = new Portions({ ...parts, looks: this.#looks });
		parts.store.onChange((up) => this.#looks.changed(up));
	}

	/** Ends every stream, and lets none begin. */
	stop(): void {
		this.#stopped = true;
		for (const reader of [...this.#readers.keys()]) reader.end("stopping");
		this.#end();
	}

	async read(reach?: LiveWithin): Promise<LiveReader | undefined> {
		if (this.#isFull) return undefined;
		this.#lingering?.cancel();
		this.#going ??= this.#begin();
		const going = this.#going;
		await going.ready;
		const kept = reach && (await this.#portions.open(reach));
		// Others may have come meanwhile.
		if (this.#isFull || going.isOver) return undefined;
		if (reach !== undefined && kept === undefined) return undefined;
		const whole = this.#firstOf(going);
		if (whole === undefined) return undefined;
		const frame = kept ? this.#portions.first(kept, whole) : whole.frame;
		const reader = new Reader({ frame }, (each) => this.#closed(each));
		this.#lingering?.cancel();
		this.#readers.set(reader, kept);
		kept?.readers.add(reader);
		return reader;
	}

	/** Of all tasks. Undefined: none was made yet. */
	#firstOf({ run }: Going): Whole | undefined {
		this.#first ??= run.first();
		return this.#first && { frame: this.#first, seats: run.seats };
	}

	get #isFull(): boolean {
		return this.#readers.size >= LIVE_READERS_MAX || this.#stopped;
	}

	#newRun(): LiveRun {
		const { cluster, nodeId, shards, nodes } = this.#parts;
		return new LiveRun({
			...{ cluster, nodeId, shards: shards.length },
			names: nodes,
		});
	}

	#begin(): Going {
		const first = Promise.withResolvers<void>();
		const run = this.#newRun();
		const begun = { run, told: run, events: undefined, isOver: false };
		const rest = new Rest(this.#parts.clock);
		const going: Going = { ...begun, ready: first.promise, rest };
		// Nobody has read so far, so there is nothing to go on from.
		void this.#tick(going, true).then(first.resolve);
		return going;
	}

	#end(): void {
		const going = this.#going;
		this.#going = undefined;
		this.#first = undefined;
		this.#lingering?.cancel();
		if (going === undefined) return;
		going.isOver = true;
		going.events?.close();
		this.#portions.end();
	}

	async #tick(going: Going, isFirst = false): Promise<void> {
		const { clock, backlog } = this.#parts;
		const beganMs = clock.monoMs();
		const isNew = await within(
			clock,
			LIVE_WAIT_MS,
			this.#looks.ask(going.run.afterMs),
		);
		if (isNew) going.run.looked(this.#looks.last);
		if (isNew) void this.#enquiries.tellOldest(this.#looks.last);
		if (isFirst) await within(clock, LIVE_WAIT_MS, backlog.read());
		else void backlog.read();
		if (going.events === undefined) await this.#load(going);
		if (going.isOver) return;
		this.#enquiries.askOfNew(going.run, this.#looks.nowMs);
		const isAnew = going.run !== going.told;
		if (isFirst && !isAnew) this.#beginWithout(going);
		const frame = going.run.next(this.#looks.nowMs, this.#surroundings());
		this.#first = undefined;
		going.told = going.run;
		this.#tell(going, frame, isAnew);
		const leftMs = beganMs + LIVE_FRAME_MS - clock.monoMs();
		clock.after(Math.max(0, leftMs), () => {
			if (!going.isOver) void this.#tick(going);
		});
	}

	/** `isAnew`: what is in the frame is not all that is new to those who read. */
	#tell(going: Going, frame: LiveFrame, isAnew: boolean): void {
		const { seats } = going.run;
		const whole = { frame, seats };
		const first = () => this.#firstOf(going) ?? whole;
		const message = isAnew ? { frame: first().frame } : whole;
		for (const [reader, kept] of this.#readers)
			if (kept === undefined) reader.tell(message);
		this.#portions.tell(whole, first, isAnew);
	}

	/** Reads what happened before, to go on from there. */
	async #load(going: Going): Promise<void> {
		if (!this.#looks.isFresh || !going.rest.isOver) return;
		// An answer that was lost is not waited for for ever: it is asked again.
		await within(this.#parts.clock, LIVE_LOAD_MS, this.#read(going));
	}

	async #read(going: Going): Promise<void> {
		try {
			if (await this.#goOn(going)) going.rest.succeeded();
			else going.rest.failed();
		} catch (error) {
			going.rest.failed();
			if (!(error instanceof StoreError)) throw error;
			const about = { err: error };
			this.#parts.log.debug(about, "could not read what happened before");
		}
	}

	/** Returns whether events can be followed: otherwise what happened would be read for nothing. @throws StoreError */
	async #goOn(going: Going): Promise<boolean> {
		const { shards, events } = this.#parts;
		const ends = await endsOf(shards);
		const after = ends.map(({ place }) => place);
		const reader = await events.read({ query: WANTED, after });
		if (reader === undefined) return false;
		try {
			const run = this.#newRun();
			const looks = await Promise.all(shards.map(({ live }) => live.look(0)));
			run.looked(looks);
			const history = await readHistory(shards, ends, looks);
			run.begin(history, this.#looks.nowMs, this.#surroundings());
			const views = this.#parts.nodes.known(this.#looks.leases);
			await this.#enquiries.askOfAll(run, views, this.#looks.nowMs);
			if (going.isOver || going.events !== undefined) return true;
			going.run = run;
			going.events = reader;
			this.#first = undefined;
			void this.#follow(going, run, reader);
			return true;
		} finally {
			if (going.events !== reader) reader.close();
		}
	}

	/** Begins while the store is away, and nothing has been read from it. */
	#beginWithout({ run }: Going): void {
		const { nowMs } = this.#looks;
		const nothing: History = {
			...{ happened: [], sinceMs: nowMs, held: [] },
		};
		run.begin(nothing, nowMs, this.#surroundings());
	}

	async #follow(going: Going, run: LiveRun, reader: EventReader) {
		for await (const { told } of reader.batches) {
			if (going.run !== run) break;
			// Events are missing: what they told has to be read from the store.
			if (told.some((each) => "missing" in each)) break;
			for (const each of told) run.told(each);
		}
		reader.close();
		if (going.events === reader) going.events = undefined;
	}

	#surroundings(): Surroundings {
		const { nodes, nodeId, events, backlog } = this.#parts;
		const views = nodes.known(this.#looks.leases);
		const { away } = this.#looks;
		return {
			from: away === undefined ? "store" : "gossip",
			store: readStore(away, views, nodeId),
			...{ nodes: views, elsewhere: events.elsewhere() },
			...backlog.known(),
		};
	}

	#closed(reader: Reader): void {
		const kept = this.#readers.get(reader);
		if (kept !== undefined) this.#portions.closed(kept, reader);
		if (!this.#readers.delete(reader) || this.#readers.size > 0) return;
		this.#lingering?.cancel();
		if (this.#stopped) return;
		this.#lingering = this.#parts.clock.after(LIVE_LINGER_MS, () =>
			this.#end(),
		);
	}
}
