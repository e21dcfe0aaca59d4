/**
 * Portion: what those are told who reach the tasks of some queues or types only. Figures, nodes, deaths and
 * cells are the whole cluster's, as the frame for all tells them; attempts, events, queues and
 * types that fail are of their own tasks alone, and all of those, however many others there are.
 */
import { reaches } from "../../protocol/access.ts";
import { EventFilter } from "../../protocol/event-filter.ts";
import {
	LIVE_FIRST_BYTES_MAX,
	LIVE_NEXT_BYTES_MAX,
} from "../../protocol/limits.ts";
import { parseRoute } from "../../protocol/route.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import type { LiveWithin, Told } from "../ports.ts";
import type { CutListener } from "./attempts.ts";
import { Doings } from "./doings.ts";
import { FRAME_BYTES } from "./frame-maker.ts";
import type { History } from "./history.ts";
import type { Surroundings } from "./live-run.ts";
import { Room } from "./room.ts";
import type { Seats } from "./seats.ts";
import type { Names } from "./told.ts";
import { WANTED } from "./wanted.ts";

/** What is known of queues and failures, as far as they reach it. */
export type OwnBacklog = Pick<
	Surroundings,
	"queues" | "queuesMore" | "failingTypes" | "oldest"
>;

/** Deaths are told as those of all tasks. */
const NOBODY: CutListener = { cutOff() {}, movedTo() {}, over() {} };

export class Portion {
	readonly #doings: Doings;
	readonly #within: LiveWithin;
	readonly #names: Names;

	constructor(within: LiveWithin, names: Names) {
		this.#within = within;
		this.#names = names;
		this.#doings = new Doings(names, NOBODY);
	}

	/** Before anything else. `history`: with what every attempt in it is that runs. */
	begin({ happened, held }: History, nowMs: number): void {
		const query = { ...WANTED, within: this.#within };
		const filter = new EventFilter(query, (id) => this.#names.nameOf(id));
		for (const each of happened)
			if (filter.fits(each.event)) this.#doings.happened(each);
		this.#doings.add(
			held.filter(({ head }) => {
				const parts = parseRoute(head?.route ?? "");
				return parts !== undefined && reaches(this.#within, parts);
			}),
		);
		this.#doings.attempts.pass(nowMs);
		this.#doings.begun();
	}

	/** Of its own tasks, of nodes, or of the store. */
	told(told: Told): void {
		if ("event" in told) this.#doings.happened(told);
		else if ("view" in told) this.#doings.seen(told.view);
	}

	/** `whole`: the frame for all, which those who read this are told a part of. */
	next(whole: LiveFrame, seats: Seats, backlog: OwnBacklog): LiveFrame {
		const { nowMs = 0 } = whole;
		this.#doings.attempts.pass(nowMs);
		const room = new Room(LIVE_NEXT_BYTES_MAX - FRAME_BYTES);
		const { base, cells } = baseIn(room, whole, backlog);
		const { queues, queuesMore } = backlog;
		const events = this.#doings.eventsNow(room);
		const queuesNow = this.#doings.queuesNow(room, queues, queuesMore);
		const bars = this.#doings.barsNow(room, seats, nowMs);
		const lanes = { ...this.#doings.by, ...bars, cells };
		return { ...base, lanes, ...events, ...queuesNow };
	}

	first(whole: LiveFrame, seats: Seats, backlog: OwnBacklog): LiveFrame {
		const room = new Room(LIVE_FIRST_BYTES_MAX - FRAME_BYTES);
		const { base, cells } = baseIn(room, whole, backlog);
		const { queues, queuesMore } = backlog;
		const events = this.#doings.eventsFrom(room);
		const queuesNow = this.#doings.queuesFrom(room, queues, queuesMore);
		const bars = this.#doings.barsFrom(room, seats, whole.nowMs ?? 0);
		const lanes = { ...this.#doings.by, ...bars, cells };
		return { ...base, lanes, ...events, ...queuesNow };
	}
}

/** Numbers of the whole cluster, and nodes, are told to everybody. What they leave is for its own. */
function baseIn(
	room: Room,
	{
		figures,
		lanes,
		events: _events,
		eventsMore: _eventsMore,
		queues: _queues,
		queuesMore: _queuesMore,
		...rest
	}: LiveFrame,
	{ failingTypes, oldest }: OwnBacklog,
) {
	const cells = lanes?.cells ?? [];
	if (figures === undefined) {
		room.take([rest, cells]);
		return { base: rest, cells };
	}
	const { oldest: _oldest, failing, ...counts } = figures;
	const { types: _types, ...shares } = failing;
	room.take([rest, cells, counts, shares]);
	const types = room.fit(failingTypes);
	const [told] = room.fit(oldest ? [oldest] : []);
	const own = {
		...{ ...counts, failing: { ...shares, types } },
		...(told && { oldest: told }),
	};
	const base: LiveFrame = { ...rest, figures: own };
	return { base, cells };
}
