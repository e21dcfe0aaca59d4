/**
 * FrameMaker: puts frames together from what is known (see its parts), within their sizes: a `next` with what is new since the
 * one before, for all who read; and a `first` with all there is, for who begins.
 *
 * Pure but for what was told. What finds no room stays new, and comes with a later frame; of nodes and attempts
 * that a `first` had no room for the next ones tell, too.
 */
import {
	LIVE_CELL_LATE_MS,
	LIVE_FIRST_BYTES_MAX,
	LIVE_NEXT_BYTES_MAX,
	LIVE_SPAN_MS,
} from "../../protocol/limits.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import { isoTime } from "../../protocol/view.ts";
import { type Cell, cellOf } from "./cells.ts";
import type { Deaths } from "./deaths.ts";
import type { Doings } from "./doings.ts";
import type { Figures } from "./figures.ts";
import type { NodeLines } from "./node-lines.ts";
import { Room } from "./room.ts";
import type { Seats } from "./seats.ts";
import { type Names, readDeath } from "./told.ts";

export interface FrameParts {
	readonly cluster: string;
	readonly nodeId: string;
	readonly seats: Seats;
	/** Of all tasks. */
	readonly doings: Doings;
	readonly deaths: Deaths;
	readonly figures: Figures;
	readonly lines: NodeLines;
	readonly names: Names;
}

type Figure = NonNullable<LiveFrame["figures"]>;

/** What a frame says besides what its parts know. */
export interface Around {
	/** The present, in the store's time. */
	readonly nowMs: number;
	readonly from: "store" | "gossip";
	readonly store: NonNullable<LiveFrame["store"]>;
	readonly figures: Figure;
	/** Queues, worst first; undefined if they are not known yet. */
	readonly queues: NonNullable<LiveFrame["queues"]> | undefined;
	readonly queuesMore: number;
	readonly elsewhere: readonly string[];
}

/** The most that parts of a frame may take of it, besides those of tasks (doings.ts). */
interface Shares {
	readonly deaths: number;
	readonly elsewhere: number;
	readonly nodes: number;
	readonly cells: number;
}

/** For names of fields, brackets and counts. */
export const FRAME_BYTES = 512;
const NEXT: Shares = {
	...{ deaths: 3_000, elsewhere: 1_500 },
	...{ nodes: 5_000, cells: 4_500 },
};
const FIRST: Shares = {
	...{ deaths: 16_000, elsewhere: 4_500 },
	...{ nodes: 150_000, cells: 72_000 },
};

export class FrameMaker {
	/** The cells of the last minute, as they were told. */
	#cells: Cell[] = [];
	/** How busy nodes were at the last frames, as shares of their slots. */
	#busy: { readonly atMs: number; readonly busy: Map<string, number> }[] = [];
	#elsewhere = "";
	readonly #parts: FrameParts;

	constructor(parts: FrameParts) {
		this.#parts = parts;
	}

	/**
	 * What is known by now comes with a `first`, and nobody needs to be told of it again.
	 * `cells`: those from before anybody read.
	 */
	begin(around: Around, cells: readonly Cell[]): void {
		const { doings, lines, deaths } = this.#parts;
		this.#cells = [...cells];
		this.next(around);
		doings.begun();
		for (const death of deaths.all) death.isTold = true;
		for (const each of lines.all()) each.done();
	}

	/** The next frame; to be called once a second. */
	next(around: Around): LiveFrame {
		const { figures, lines, doings, seats } = this.#parts;
		const { nowMs, queues, queuesMore, elsewhere } = around;
		const series = figures.news(nowMs);
		const base: LiveFrame = {
			...this.#base("next", around),
			...(series && { series }),
			...(lines.gone.length > 0 && { nodesGone: [...lines.gone] }),
		};
		const room = new Room(LIVE_NEXT_BYTES_MAX - FRAME_BYTES);
		room.take(base);
		const cells = room.fit(this.#newCells(nowMs), NEXT.cells);
		const deaths = this.#deathsNow(room, NEXT.deaths, true);
		const events = doings.eventsNow(room);
		const queuesNow = doings.queuesNow(room, queues, queuesMore);
		const urls = room.fit(elsewhere, NEXT.elsewhere);
		const hasMoved = urls.join() !== this.#elsewhere;
		this.#elsewhere = urls.join();
		const news = lines.news();
		const told = room.fit(news, NEXT.nodes, ({ line }) => line);
		for (const each of told) each.done();
		const nodes = told.map(({ line }) => line);
		const nodesMore = news.length - told.length;
		const bars = doings.barsNow(room, seats, nowMs);
		return {
			...base,
			...(nodes.length > 0 && { nodes }),
			...(nodesMore > 0 && { nodesMore }),
			lanes: { ...doings.by, ...bars, cells },
			...(deaths.length > 0 && { deaths }),
			...events,
			...queuesNow,
			...(hasMoved && { elsewhere: urls }),
		};
	}

	/** A first frame, after which its reader goes on with what `next` returns. */
	first(around: Around): LiveFrame {
		const { cluster, nodeId, figures, doings, lines, seats } = this.#parts;
		const { nowMs, queues, queuesMore, elsewhere } = around;
		const byName = this.#parts.names.nameOf(nodeId);
		const base: LiveFrame = {
			...this.#base("first", around),
			...{ cluster, by: nodeId, ...(byName !== undefined && { byName }) },
			series: figures.series,
		};
		const room = new Room(LIVE_FIRST_BYTES_MAX - FRAME_BYTES);
		room.take(base);
		const deaths = this.#deathsNow(room, FIRST.deaths, false);
		const events = doings.eventsFrom(room);
		const queuesNow = doings.queuesFrom(room, queues, queuesMore);
		const urls = room.fit(elsewhere, FIRST.elsewhere);
		const all = lines.all();
		const nodes = room.fit(all, FIRST.nodes, ({ line }) => line);
		const nodesMore = all.length - nodes.length;
		for (const news of all.slice(nodes.length)) lines.notTold(news);
		const cells = room.fit(this.#cells.toReversed(), FIRST.cells).reverse();
		const bars = doings.barsFrom(room, seats, nowMs);
		return {
			...{ ...base, nodes: nodes.map(({ line }) => line) },
			...(nodesMore > 0 && { nodesMore }),
			lanes: { ...doings.by, ...bars, cells },
			...{ deaths, ...events, ...queuesNow, elsewhere: urls },
		};
	}

	#base(kind: "first" | "next", around: Around): LiveFrame {
		const { nowMs, from, store, figures } = around;
		const now = Math.round(nowMs);
		return { kind, asOf: isoTime(now), nowMs: now, from, store, figures };
	}

	/** The cells of seconds that are over and were not told yet. */
	#newCells(nowMs: number): Cell[] {
		const { seats, lines, doings } = this.#parts;
		const untilMs = Math.floor((nowMs - LIVE_CELL_LATE_MS) / 1_000) * 1_000;
		const last = this.#cells.at(-1)?.atMs ?? untilMs - 2_000;
		const busy = new Map<string, number>();
		for (const { id, running, slots = 0 } of lines.nodes)
			if (running !== undefined && slots > 0) busy.set(id, running / slots);
		this.#busy = [...this.#busy.slice(-2), { atMs: nowMs, busy }];
		const cells: Cell[] = [];
		const fromMs = Math.max(last + 1_000, untilMs - LIVE_SPAN_MS);
		for (let atMs = fromMs; atMs < untilMs; atMs += 1_000)
			cells.push(
				cellOf(atMs, seats, this.#busyAt(atMs), doings.attempts.rate.at(atMs)),
			);
		this.#cells = [...this.#cells, ...cells].slice(-LIVE_SPAN_MS / 1_000);
		return cells;
	}

	/** How busy nodes were, as counted nearest to the end of that second. */
	#busyAt(atMs: number): ReadonlyMap<string, number> {
		const awayMs = (look: { atMs: number }) =>
			Math.abs(look.atMs - atMs - 1_000);
		const [first, ...others] = this.#busy;
		return (
			others.reduce(
				(best, look) => (best && awayMs(best) < awayMs(look) ? best : look),
				first,
			)?.busy ?? new Map()
		);
	}

	#deathsNow(room: Room, bytes: number, onlyNew: boolean) {
		const { deaths, seats, names } = this.#parts;
		const all = onlyNew ? deaths.untold : deaths.all;
		const told = (death: (typeof all)[number]) =>
			readDeath(death, seats, names);
		const fitting = room.fit(all, bytes, told);
		if (onlyNew) for (const death of fitting) death.isTold = true;
		return fitting.map(told);
	}
}
