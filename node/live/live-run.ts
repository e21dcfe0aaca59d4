/**
 * LiveRun: all that is known for those who read on this node, from when the first of them comes until a while after the last has
 * left: takes in what events tell, what the store says, and how nodes are, and makes frames of it.
 *
 * Asks nobody: see live-feed.ts, which brings all of it here.
 */
import { parseSession } from "../../protocol/lease.ts";
import {
	LIVE_DEATHS_MS,
	LIVE_FAILING_MS,
	LIVE_SPAN_MS,
} from "../../protocol/limits.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import type { Death, LiveLook, NodeView, Told } from "../ports.ts";
import { cellOf } from "./cells.ts";
import { Deaths } from "./deaths.ts";
import { Doings } from "./doings.ts";
import { Figures } from "./figures.ts";
import { type Around, FrameMaker } from "./frame-maker.ts";
import { type Happened, type History, runningBefore } from "./history.ts";
import { NodeLines, type NodeNow } from "./node-lines.ts";
import { Seats } from "./seats.ts";
import type { Names } from "./told.ts";

export interface RunParts {
	readonly cluster: string;
	readonly nodeId: string;
	readonly shards: number;
	readonly names: Names;
}

/** The state of things, besides what events tell. */
export type Surroundings = Pick<
	Around,
	"from" | "store" | "queues" | "queuesMore" | "elsewhere"
> & {
	readonly nodes: readonly NodeView[];
	readonly failingTypes: readonly { type: string; failed: number }[];
	readonly oldest: NonNullable<LiveFrame["figures"]>["oldest"];
};

export class LiveRun {
	readonly deaths = new Deaths();
	readonly #figures: Figures;
	readonly seats = new Seats();
	readonly #doings: Doings;
	readonly #lines = new NodeLines(this.seats);
	readonly #maker: FrameMaker;
	/** How many tasks each node runs, as last counted by the store. */
	#running = new Map<string, number>();
	#around: Around | undefined;

	constructor(parts: RunParts) {
		const { cluster, nodeId, shards, names } = parts;
		this.#doings = new Doings(names, this.deaths);
		this.#figures = new Figures(shards);
		this.#maker = new FrameMaker({
			...{ cluster, nodeId, names, seats: this.seats, doings: this.#doings },
			...{ deaths: this.deaths, figures: this.#figures, lines: this.#lines },
		});
	}

	/** Samples of steps after this time are needed. */
	get afterMs(): number {
		return this.#figures.afterMs;
	}

	/** The newest looks of all shards, in their order. */
	looked(looks: readonly LiveLook[]): void {
		this.#figures.looked(looks);
		this.#running = new Map();
		for (const { session, running } of looks.flatMap(
			({ sessions }) => sessions,
		)) {
			const { nodeId } = parseSession(session);
			const sum = (this.#running.get(nodeId) ?? 0) + running;
			this.#running.set(nodeId, sum);
		}
	}

	/** To be called before anything else, with what the first reader is told. */
	begin(history: History, nowMs: number, surroundings: Surroundings): void {
		const { happened, held } = history;
		for (const each of happened) this.#happened(each);
		this.#doings.add(held);
		this.#around = this.#arrange(nowMs, surroundings);
		const cells = this.#cellsBefore(history, nowMs);
		this.#maker.begin(this.#around, cells);
	}

	told(told: Told): void {
		if ("event" in told) this.#happened(told);
		else if ("view" in told) this.#doings.seen(told.view);
	}

	/** The store's records of how a node died. */
	diedAs(node: string, deaths: readonly Death[], nowMs: number): void {
		for (const death of deaths)
			this.deaths.kept(node, death, nowMs - LIVE_DEATHS_MS);
	}

	next(nowMs: number, surroundings: Surroundings): LiveFrame {
		this.#around = this.#arrange(nowMs, surroundings);
		return this.#maker.next(this.#around);
	}

	/** A frame for a new reader, who goes on with the next one; undefined before the first was made. */
	first(): LiveFrame | undefined {
		return this.#around && this.#maker.first(this.#around);
	}

	#happened(happened: Happened): void {
		this.#doings.happened(happened);
		const { event, shard, atMs } = happened;
		if (event.about.kind !== "session.revoked") return;
		const { why = "" } = event.about;
		this.deaths.revoked(event.id, shard, atMs, why, event.tasks ?? 0);
	}

	#arrange(nowMs: number, surroundings: Surroundings): Around {
		const { nodes, failingTypes, oldest, from, ...rest } = surroundings;
		this.#doings.attempts.pass(nowMs);
		this.deaths.pass(nowMs);
		const now = nodes.map((view) => this.#nodeNow(view, from));
		this.#lines.seen(now);
		const alive = now.filter(({ state }) => state !== "dead");
		const sum = (of: (node: NodeNow) => number | undefined) =>
			alive.reduce((total, node) => total + (of(node) ?? 0), 0);
		const figures = this.#figures;
		const { failed } = figures;
		return {
			...{ ...rest, from, nowMs },
			figures: {
				pending: figures.pending,
				started:
					from === "store" ? figures.started : sum(({ running }) => running),
				slots: sum(({ slots }) => slots),
				endedInMinute: figures.endedSince(nowMs - 60_000),
				failing: {
					ended: Math.max(failed, figures.endedSince(nowMs - LIVE_FAILING_MS)),
					failed,
					types: [...failingTypes],
				},
				...(oldest && { oldest }),
			},
		};
	}

	#nodeNow(view: NodeView, from: "store" | "gossip"): NodeNow {
		const { record, digest, state, leaseLeftMs, seenBy, epoch } = view;
		const { nodeId: id, name, http, slots, startedMs, zone } = record;
		const counted = from === "store" ? this.#running.get(id) : undefined;
		const isDead = state === "dead";
		return {
			...{ id, name, state, http, slots, epoch, startedMs },
			...(zone !== undefined && { zone }),
			running: isDead ? 0 : (counted ?? view.running),
			...(digest && !isDead && vitalsOf(digest)),
			...(leaseLeftMs !== undefined &&
				!isDead && { leaseLeftMs: Math.round(leaseLeftMs) }),
			seenBy: seenBy.length,
		};
	}

	#cellsBefore(history: History, nowMs: number) {
		const untilMs = Math.floor(nowMs / 1_000) * 1_000 - 1_000;
		const count = LIVE_SPAN_MS / 1_000;
		const seconds = Array.from(
			{ length: count },
			(_, back) => untilMs - (count - back) * 1_000,
		);
		const running = runningBefore(history, seconds, nowMs);
		const slots = new Map(this.#lines.nodes.map((each) => [each.id, each]));
		return seconds.map((atMs) => {
			const busy = new Map<string, number>();
			const counts = running.get(atMs);
			if (counts !== undefined)
				for (const [id, { slots: most = 0, startedMs = 0 }] of slots)
					if (most > 0 && startedMs <= atMs)
						busy.set(id, (counts.get(id) ?? 0) / most);
			return cellOf(
				atMs,
				this.seats,
				busy,
				this.#doings.attempts.rate.at(atMs),
			);
		});
	}
}

function vitalsOf({ load, memoryBytes }: NonNullable<NodeView["digest"]>) {
	return {
		load: Math.round(load * 100) / 100,
		...(memoryBytes !== undefined && { memoryBytes }),
	};
}
