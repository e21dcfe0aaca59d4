/**
 * Stand-ins for the collaborators of an actor that is tested alone: they take what they
 * are told, and answer as on a node on which all is well and nothing else happens. A test
 * puts its own in place of those that it is about.
 */

import type { HearerParts } from "../node/peers/hearer.ts";
import type {
	Shard,
	ShardAccess,
	ShardEvents,
	ShardLive,
	ShardSessions,
	ShardStats,
	ShardTasks,
} from "../node/ports.ts";
import type { ClaimerParts } from "../node/work/claimer-parts.ts";
import type { FinisherParts } from "../node/work/finisher.ts";
import type { RunnerParts } from "../node/work/runner.ts";
import type { SubmitterParts } from "../node/work/submitter.ts";
import type { Serves } from "../protocol/route.ts";

/** Every type of a list on every queue. */
export function servesTypes(...types: string[]): Serves {
	return { types: new Set(types), queues: undefined, labels: new Set() };
}

/** A shard of which nothing but these methods is asked. */
export function standInShard({
	sessions = {},
	tasks = {},
	access = {},
	stats = {},
	events = {},
	live = {},
}: {
	readonly sessions?: Partial<ShardSessions>;
	readonly tasks?: Partial<ShardTasks>;
	readonly access?: Partial<ShardAccess>;
	readonly stats?: Partial<ShardStats>;
	readonly events?: Partial<ShardEvents>;
	readonly live?: Partial<ShardLive>;
}): Shard {
	return {
		index: 0,
		sessions: sessions as ShardSessions,
		tasks: tasks as ShardTasks,
		access: access as ShardAccess,
		stats: stats as ShardStats,
		events: events as ShardEvents,
		live: live as ShardLive,
	};
}

export const NO_EXIT = {
	finisher: { unsent: 0, clogged: false, finish() {}, giveBack() {} },
	renewer: { storeNowMs: () => 0 },
	random: { unit: () => 0 },
} satisfies RunnerParts["exits"][number];

/** No type has a cap. */
export const NO_CAPS = {
	roomOf: () => Infinity,
	setAside: () => [],
	setAsideAll: () => [],
	giveBack() {},
} satisfies ClaimerParts["caps"];

/** A node that takes its turn like the others. */
export const NO_LAST_TURN = {
	isLast: false,
	othersFirst: () => 0,
} satisfies HearerParts["lastTurn"];

/** What becomes of routes that are for others first. */
export const NO_LEFT_OVERS = {
	passedOver() {},
} satisfies ClaimerParts["leftOvers"];

export const AROUND_CLAIMER = {
	serves: servesTypes("work"),
	lease: { lease: { session: "a:1", generation: 1 }, hurry() {} },
	slots: { reserve: () => 1, reserveAll: () => false, release() {} },
	caps: NO_CAPS,
	lastTurn: NO_LAST_TURN,
	leftOvers: NO_LEFT_OVERS,
	intake: { begin() {}, over() {}, lost() {}, deliver() {} },
	turns: { othersWait: () => false, gotNone() {} },
	rumours: { proved() {} },
	adopter: { storeIsBack: async () => {} },
} satisfies Omit<ClaimerParts, "shard" | "clock" | "log">;

export const AROUND_FINISHER = {
	watcher: { endedHere() {} },
	trimmer: { kept() {} },
	hinter: { hint() {} },
	timekeeper: { stored() {} },
	turns: { slotsFreed() {} },
} satisfies Omit<FinisherParts, "shard" | "clock" | "log" | "share">;

export const AROUND_SUBMITTER = {
	trimmer: { makeRoom: async () => false },
	claimer: { submit: () => undefined, refused() {} },
	hinter: { hintAhead: () => () => {} },
	spreader: { mayShare: () => false, share: () => undefined },
	roster: { isServed: () => true },
	timekeeper: { stored() {} },
	home: { unsettled() {} },
	arrival: { admits: () => true, over: Promise.resolve() },
} satisfies Omit<SubmitterParts, "shard" | "clock" | "log">;
