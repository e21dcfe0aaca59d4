/**
 * FrameMaker: puts frames together from what is known (see its parts), within their sizes: a `next` with what is new since the
 * one before, for all who read; and a `first` with all there is, for who begins.
 *
 * Pure but for what was told. What finds no room stays new, and comes with a later frame; of nodes and attempts
 * that a `first` had no room for the next ones tell, too.
 */
import {
	LIVE_ATTEMPTS_MAX,
	LIVE_CELL_LATE_MS,
	LIVE_FIRST_BYTES_MAX,
	LIVE_NEXT_BYTES_MAX,
	LIVE_SPAN_MS,
} from "../../protocol/limits.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import { isoTime } from "../../protocol/view.ts";
import type { Attempts } from "./attempts.ts";
import { type Cell, cellOf } from "./cells.ts";
import type { Deaths } from "./deaths.ts";
import type { Figures } from "./figures.ts";
import type { Happenings } from "./happenings.ts";
import type { NodeLines } from "./node-lines.ts";
import { Room } from "./room.ts";
import type { Seats } from "./seats.ts";
import { type Names, readBar, readDeath } from "./told.ts";

export interface FrameParts {
	readonly cluster: string;
	readonly nodeId: string;
	readonly seats: Seats;
	readonly attempts: Attempts;
	readonly deaths: Deaths;
	readonly figures: Figures;
	readonly happenings: Happenings;
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

/** The most that parts of a frame may take of it; what they leave is for attempts. */
interface Shares {
	readonly deaths: number;
	readonly events: number;
	readonly queues: number;
	readonly elsewhere: number;
	readonly nodes: number;
	readonly cells: number;
}

/** Room for names of fields, brackets and counts. */
const FRAME_BYTES = 512;
const NEXT: Shares = {
	...{ deaths: 3_000, events: 3_000, queues: 3_000, elsewhere: 1_500 },
	...{ nodes: 5_000, cells: 4_500 },
};
const FIRST: Shares = {
	...{ deaths: 16_000, events: 24_000, queues: 12_000, elsewhere: 4_500 },
	...{ nodes: 150_000, cells: 72_000 },
};

export class FrameMaker {
	/** The cells of the last minute, as they were told. */
	#cells: Cell[] = [];
	/** How busy nodes were at the last frames, as shares of their slots. */
	#busy: { readonly atMs: number; readonly busy: Map<string, number> }[] = [];
	#queues = "";
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
		const { attempts, lines, deaths } = this.#parts;
		this.#cells = [...cells];
		this.next(around);
		for (const bar of attempts.all) bar.isTold = true;
		for (const death of deaths.all) death.isTold = true;
		for (const each of lines.all()) each.done();
	}

	/** The next frame; to be called once a second. */
	next(around: Around): LiveFrame {
		const { figures, lines } = this.#parts;
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
		const events = this.#eventsNow(room, NEXT.events);
		const queuesNow = this.#queuesNow(room, queues, queuesMore);
		const urls = room.fit(elsewhere, NEXT.elsewhere);
		const hasMoved = urls.join() !== this.#elsewhere;
		this.#elsewhere = urls.join();
		const news = lines.news();
		const told = room.fit(news, NEXT.nodes, ({ line }) => line);
		for (const each of told) each.done();
		const nodes = told.map(({ line }) => line);
		const nodesMore = news.length - told.length;
		const bars = this.#barsNow(room, nowMs);
		return {
			...base,
			...(nodes.length > 0 && { nodes }),
			...(nodesMore > 0 && { nodesMore }),
			lanes: { ...this.#by, ...bars, cells },
			...(deaths.length > 0 && { deaths }),
			...events,
			...queuesNow,
			...(hasMoved && { elsewhere: urls }),
		};
	}

	/** A first frame, after which its reader goes on with what `next` returns. */
	first(around: Around): LiveFrame {
		const { cluster, nodeId, figures, happenings, lines } = this.#parts;
		const { queues = [], queuesMore, elsewhere } = around;
		const byName = this.#parts.names.nameOf(nodeId);
		const base: LiveFrame = {
			...this.#base("first", around),
			...{ cluster, by: nodeId, ...(byName !== undefined && { byName }) },
			series: figures.series,
		};
		const room = new Room(LIVE_FIRST_BYTES_MAX - FRAME_BYTES);
		room.take(base);
		const deaths = this.#deathsNow(room, FIRST.deaths, false);
		const events = room.fit(happenings.last.toReversed(), FIRST.events);
		const told = room.fit(queues, FIRST.queues);
		const urls = room.fit(elsewhere, FIRST.elsewhere);
		const all = lines.all();
		const nodes = room.fit(all, FIRST.nodes, ({ line }) => line);
		const nodesMore = all.length - nodes.length;
		for (const news of all.slice(nodes.length)) lines.notTold(news);
		const cells = room.fit(this.#cells.toReversed(), FIRST.cells).reverse();
		const bars = this.#barsFrom(room, around.nowMs);
		const more = queuesMore + queues.length - told.length;
		return {
			...{ ...base, nodes: nodes.map(({ line }) => line) },
			...(nodesMore > 0 && { nodesMore }),
			lanes: { ...this.#by, ...bars, cells },
			...{ deaths, events: events.reverse(), queues: told },
			...(more > 0 && { queuesMore: more }),
			elsewhere: urls,
		};
	}

	get #by(): Pick<NonNullable<LiveFrame["lanes"]>, "by"> {
		return { by: this.#parts.attempts.isEach ? "attempts" : "cells" };
	}

	#base(kind: "first" | "next", around: Around): LiveFrame {
		const { nowMs, from, store, figures } = around;
		const now = Math.round(nowMs);
		return { kind, asOf: isoTime(now), nowMs: now, from, store, figures };
	}

	/** The cells of seconds that are over and were not told yet. */
	#newCells(nowMs: number): Cell[] {
		const { seats, lines, attempts } = this.#parts;
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
				cellOf(atMs, seats, this.#busyAt(atMs), attempts.rate.at(atMs)),
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

	#eventsNow(room: Room, bytes: number) {
		const { events, more } = this.#parts.happenings.take();
		const fitting = room.fit(events.toReversed(), bytes).reverse();
		const eventsMore = more + events.length - fitting.length;
		return {
			...(fitting.length > 0 && { events: fitting }),
			...(eventsMore > 0 && { eventsMore }),
		};
	}

	/** All queues, if anything but the clock has changed. */
	#queuesNow(
		room: Room,
		queues: Around["queues"],
		queuesMore: number,
	): Pick<LiveFrame, "queues" | "queuesMore"> {
		if (queues === undefined) return {};
		const text = JSON.stringify([queues, queuesMore]).replaceAll(
			/"waitMs":\d+/g,
			"",
		);
		if (text === this.#queues) return {};
		this.#queues = text;
		const told = room.fit(queues, NEXT.queues);
		const more = queuesMore + queues.length - told.length;
		return { queues: told, ...(more > 0 && { queuesMore: more }) };
	}

	#barsNow(room: Room, nowMs: number) {
		const { attempts, seats } = this.#parts;
		const all = attempts.toTell(nowMs);
		const some = all.slice(0, LIVE_ATTEMPTS_MAX);
		const told = room.fit(some, room.left, (bar) => readBar(bar, seats));
		const lines = told.map((bar) => readBar(bar, seats));
		for (const bar of told) {
			bar.isTold = true;
			bar.isKnown ||= bar.endedMs === undefined;
		}
		return withMore(lines, all.length);
	}

	#barsFrom(room: Room, nowMs: number) {
		const { attempts, seats } = this.#parts;
		const all = attempts.toBegin(nowMs);
		const told = room.fit(all, room.left, (bar) => readBar(bar, seats));
		// Its end is to be told, too.
		for (const bar of told) bar.isKnown ||= bar.endedMs === undefined;
		// The next frames tell of the others.
		for (const bar of all.slice(told.length)) bar.isTold = false;
		return withMore(
			told.map((bar) => readBar(bar, seats)),
			all.length,
		);
	}
}

function withMore<Line>(attempts: Line[], count: number) {
	const more = count - attempts.length;
	return { attempts, ...(more > 0 && { attemptsMore: more }) };
}
