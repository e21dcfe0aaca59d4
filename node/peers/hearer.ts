/**
 * Hearer: what this node makes of announcements that it hears.
 *
 * An announcement says that work waits: a claimer is told so when it is this node's turn.
 * Announcements may be untrue, and may come without end. So the node acts on only as much
 * of each sender as SenderCredit allows, an announcement without news costs nothing, and
 * a message sets at most one timer for each turn. A node that comes last also looks later
 * at what is announced and for others first. Guarantees nothing else: losing any of it
 * costs a sweep's time.
 */
import {
	type AnnouncedRoute,
	type Announcement,
	type Nudge,
	type Quota,
	shortName,
} from "../../protocol/gossip.ts";
import { CLAIM_TURN_MS, CLAIM_TURNS_EXTRA } from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import { type Candidate, turnOf } from "../../protocol/turn.ts";
import type { Clock } from "../ports.ts";
import { SenderCredit } from "./sender-credit.ts";

/** What is asked of the claimer of a shard. */
export interface RumourTaker {
	/** Whether this node serves the route, and would not ask for it anyway. */
	isNews(route: Route): boolean;
	rumour(route: Route, from: string): void;
	/** So many tasks of the route are for this node. */
	want(route: Route, tasks: number, from: string): void;
}

export interface HearerParts {
	readonly clock: Clock;
	readonly self: string;
	/** See runner.ts. */
	readonly runner: {
		/** How many more tasks of the route may come. */
		roomFor(route: Route): number;
	};
	/** See last-turn.ts. */
	readonly lastTurn: {
		/** Whether this node comes last. */
		readonly isLast: boolean;
		/** How many tasks of the route others are to have before it takes any. */
		othersFirst(route: Route): number;
	};
	/** The engines, in the order of their shards. */
	readonly engines: readonly {
		readonly claimer: RumourTaker;
		/** See left-overs.ts. */
		readonly leftOvers: {
			/** Whether the route will be looked at anyway. */
			has(route: Route): boolean;
			/** Tasks of the route are for others first. */
			passedOver(route: Route): void;
		};
		/** See looks.ts. */
		readonly looks: { look(): void };
	}[];
	/** See roster.ts. */
	readonly roster: {
		/** The number of nodes in the cluster, including this one. */
		readonly nodes: number;
		/** Other nodes that may claim work of the route. */
		candidates(route: Route): readonly Candidate[];
	};
	/** See promised-load.ts. */
	readonly promised: { promise(quotas: readonly Quota[]): void };
}

interface Rumour {
	readonly claimer: RumourTaker;
	readonly route: Route;
	/** The number of tasks that are for this node; undefined for all that it can take. */
	readonly tasks: number | undefined;
}

export class Hearer {
	readonly #credit = new SenderCredit();
	/** For questions about what others have left, which take nothing from the others. */
	readonly #laterCredit = new SenderCredit();
	readonly #parts: HearerParts;

	constructor(parts: HearerParts) {
		this.#parts = parts;
	}

	/** A question to the store that the sender brought about has found tasks. */
	proved(from: string): void {
		this.#credit.proved(from, this.#parts.clock.monoMs());
	}

	heard(announcement: Announcement): void {
		const { clock } = this.#parts;
		const { from } = announcement;
		for (const [turn, rumours] of this.#byTurn(announcement)) {
			const tell = () => {
				for (const { claimer, route, tasks } of rumours)
					if (tasks === undefined) claimer.rumour(route, from);
					else claimer.want(route, tasks, from);
			};
			if (turn === 0) tell();
			else clock.after(turn * CLAIM_TURN_MS, tell);
		}
	}

	/**
	 * The store may have news for this node. A sender's announcements take nothing from its
	 * nudges, nor the other way round.
	 */
	nudged({ to, shard }: Nudge): void {
		const { self, engines } = this.#parts;
		if (to === self) engines[shard]?.looks.look();
	}

	/** What is worth a question to the store, by this node's turn. */
	#byTurn(announcement: Announcement): Map<number, Rumour[]> {
		const { engines, roster, promised, clock } = this.#parts;
		const { from } = announcement;
		const nowMs = clock.monoMs();
		const byTurn = new Map<number, Rumour[]>();
		for (const announced of announcement.routes) {
			const { shard, route, quotas } = announced;
			if (quotas !== undefined) promised.promise(quotas);
			const claimer = engines[shard]?.claimer;
			// A node with another number of shards is not of this cluster.
			if (claimer === undefined || !claimer.isNews(route)) continue;
			if (!this.#credit.heed(from, roster.nodes, nowMs)) break;
			this.#passOver(from, announced);
			const own = this.#turnOf(announcement, announced);
			if (own === undefined) continue;
			if (!this.#credit.spend(from, nowMs)) break;
			const { turn, tasks } = own;
			const rumours = byTurn.get(turn) ?? [];
			byTurn.set(turn, rumours);
			rumours.push({ claimer, route, tasks });
		}
		return byTurn;
	}

	/** Tasks that are for others first may be left all the same: this node will see. */
	#passOver(from: string, { shard, route }: AnnouncedRoute): void {
		const { lastTurn, engines, clock } = this.#parts;
		const leftOvers = engines[shard]?.leftOvers;
		if (leftOvers === undefined || lastTurn.othersFirst(route) === 0) return;
		if (leftOvers.has(route) || this.#laterCredit.spend(from, clock.monoMs()))
			leftOvers.passedOver(route);
	}

	#turnOf(
		{ from, epoch, seq }: Announcement,
		{ route, count, quotas }: AnnouncedRoute,
	): { turn: number; tasks: number | undefined } | undefined {
		const { self, roster, runner, lastTurn } = this.#parts;
		// Also without room: then these are asked for, and no more, when there is some.
		const named = new Map(quotas);
		const tasks = named.get(shortName(self));
		if (tasks !== undefined) return { turn: 0, tasks };
		const forOthers = lastTurn.othersFirst(route);
		if (forOthers > 0)
			return forOthers < count
				? { turn: 0, tasks: count - forOthers }
				: undefined;
		const { isLast: atRisk } = lastTurn;
		const own = { nodeId: self, freeSlots: runner.roomFor(route), atRisk };
		// Without room for one the node asks for nothing now, and knows where work may be left
		// when there is some.
		if (own.freeSlots === 0) return { turn: 0, tasks: undefined };
		const key = `${from} ${epoch} ${seq} ${route}`;
		const others = roster.candidates(route);
		if (quotas === undefined) {
			const announced = { key, count, origin: from };
			const turn = turnOf(self, announced, [own, ...others], CLAIM_TURNS_EXTRA);
			return turn === undefined ? undefined : { turn, tasks: undefined };
		}
		// The announcing node takes what the nodes it names do not, if it can.
		if (
			others.some(({ nodeId, freeSlots }) => nodeId === from && freeSlots > 0)
		)
			return undefined;
		const left = others.filter(({ nodeId }) => !named.has(shortName(nodeId)));
		const turn = turnOf(
			self,
			{ key, count: 0, origin: "" },
			[own, ...left],
			CLAIM_TURNS_EXTRA,
		);
		return turn === undefined ? undefined : { turn, tasks: count };
	}
}
