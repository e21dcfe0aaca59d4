/**
 * Doings: what happens to tasks, of all of them or of those that some reach, and how frames tell it: attempts,
 * events worth telling, and queues. What found no room in a frame stays new, and comes with a later one.
 *
 * Pure but for what was told. Who is to be told of which tasks is up to whoever brings events here.
 */

import type { ViewEvent } from "../../protocol/event.ts";
import { readEvent, readView } from "../../protocol/event-view.ts";
import { parseSession } from "../../protocol/lease.ts";
import { LIVE_ATTEMPTS_MAX } from "../../protocol/limits.ts";
import { parseRoute } from "../../protocol/route.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import { Attempts, type CutListener } from "./attempts.ts";
import { Happenings } from "./happenings.ts";
import type { Happened, Held } from "./history.ts";
import type { Room } from "./room.ts";
import type { Seats } from "./seats.ts";
import { type Names, readBar } from "./told.ts";

type Queues = NonNullable<LiveFrame["queues"]>;
type Lanes = NonNullable<LiveFrame["lanes"]>;
type Bars = Pick<Lanes, "attempts" | "attemptsMore">;

/** The most that these may take of a frame; attempts take what is left. */
const DOINGS_BYTES = {
	next: { events: 3_000, queues: 3_000 },
	first: { events: 24_000, queues: 12_000 },
} as const;

export class Doings {
	readonly attempts: Attempts;
	readonly #happenings = new Happenings();
	readonly #names: Names;
	/** As they were told last. */
	#queues = "";

	constructor(names: Names, listener: CutListener) {
		this.#names = names;
		this.attempts = new Attempts(listener);
	}

	/** They are known to run, though nobody has told when they began. */
	add(held: readonly Held[]): void {
		for (const { head, id, session, shard, token, attempt, claimedMs } of held)
			this.attempts.add({
				...{ shard, task: id, token, attempt, claimedMs },
				...{ node: parseSession(session).nodeId, round: head?.round },
				...routeOf(head?.route),
			});
	}

	happened({ event, shard, atMs }: Happened): void {
		const { about, id } = event;
		if (about.kind.startsWith("task."))
			this.attempts.happened(event, shard, atMs);
		if (isOrdinary(event)) return;
		const nameOf = (node: string) => this.#names.nameOf(node);
		const told = readEvent(event, shard, atMs, nameOf);
		this.#happenings.happened(told, this.attempts.hasMoved(id));
	}

	/** By some node. */
	seen(view: ViewEvent): void {
		const told = readView(view, (id) => this.#names.nameOf(id));
		this.#happenings.happened(told, false);
	}

	/** Whether all attempts are told singly. */
	get by(): Pick<Lanes, "by"> {
		return { by: this.attempts.isEach ? "attempts" : "cells" };
	}

	eventsNow(room: Room): Pick<LiveFrame, "events" | "eventsMore"> {
		const { events, more } = this.#happenings.take();
		const bytes = DOINGS_BYTES.next.events;
		const fitting = room.fit(events.toReversed(), bytes).reverse();
		const eventsMore = more + events.length - fitting.length;
		return {
			...(fitting.length > 0 && { events: fitting }),
			...(eventsMore > 0 && { eventsMore }),
		};
	}

	/** Those that were told last. */
	eventsFrom(room: Room): Pick<LiveFrame, "events"> {
		const { last } = this.#happenings;
		const bytes = DOINGS_BYTES.first.events;
		return { events: room.fit(last.toReversed(), bytes).reverse() };
	}

	/** All of them, if anything but the clock has changed. Undefined: not known yet. */
	queuesNow(
		room: Room,
		queues: Queues | undefined,
		more: number,
	): Pick<LiveFrame, "queues" | "queuesMore"> {
		if (queues === undefined) return {};
		const text = JSON.stringify([queues, more]).replaceAll(/"waitMs":\d+/g, "");
		if (text === this.#queues) return {};
		this.#queues = text;
		return queuesIn(room, queues, more, DOINGS_BYTES.next.queues);
	}

	queuesFrom(
		room: Room,
		queues: Queues | undefined,
		more: number,
	): Pick<LiveFrame, "queues" | "queuesMore"> {
		return queuesIn(room, queues ?? [], more, DOINGS_BYTES.first.queues);
	}

	barsNow(room: Room, seats: Seats, nowMs: number): Bars {
		const all = this.attempts.toTell(nowMs);
		const some = all.slice(0, LIVE_ATTEMPTS_MAX);
		const told = room.fit(some, room.left, (bar) => readBar(bar, seats));
		const lines = told.map((bar) => readBar(bar, seats));
		for (const bar of told) {
			bar.isTold = true;
			bar.isKnown ||= bar.endedMs === undefined;
		}
		return withMore(lines, all.length);
	}

	barsFrom(room: Room, seats: Seats, nowMs: number): Bars {
		const all = this.attempts.toBegin(nowMs);
		const told = room.fit(all, room.left, (bar) => readBar(bar, seats));
		// Its end is to be told, too.
		for (const bar of told) bar.isKnown ||= bar.endedMs === undefined;
		// Whoever reads on is told of the others.
		for (const bar of all.slice(told.length)) bar.isTold = false;
		return withMore(
			told.map((bar) => readBar(bar, seats)),
			all.length,
		);
	}

	/** All that is known by now is what a `first` tells: nobody needs to be told of it again. */
	begun(): void {
		this.#happenings.take();
		for (const bar of this.attempts.all) bar.isTold = true;
	}
}

function queuesIn(room: Room, queues: Queues, others: number, bytes: number) {
	const told = room.fit(queues, bytes);
	const more = others + queues.length - told.length;
	return { queues: told, ...(more > 0 && { queuesMore: more }) };
}

function withMore<Line>(attempts: Line[], count: number) {
	const more = count - attempts.length;
	return { attempts, ...(more > 0 && { attemptsMore: more }) };
}

/** What is told of so many tasks that nobody would see it. */
function isOrdinary({ about }: Happened["event"]): boolean {
	const { kind, state } = about;
	return (
		(kind === "task.ended" && state === "SUCCESS") ||
		(kind === "task.started" && (about.attempt ?? 1) < 2)
	);
}

function routeOf(route: string | undefined) {
	const { type, queue } = parseRoute(route ?? "") ?? {};
	return { type, queue };
}
