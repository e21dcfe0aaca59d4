/**
 * The ground of tests of what is heard: a node on a store in which tasks wait on some
 * routes, and announcements for it to hear.
 */
import { Hearer, type HearerParts } from "../../node/peers/hearer.ts";
import type { ClaimRequest, Log, Shard } from "../../node/ports.ts";
import { Claimer } from "../../node/work/claimer.ts";
import type { Announcement, Quota } from "../../protocol/gossip.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import type { Candidate } from "../../protocol/turn.ts";
import { VirtualClock } from "../clock.ts";
import { claimedTask } from "../new-task.ts";
import { AROUND_CLAIMER, servesTypes, standInShard } from "../stand-ins.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const ANSWER_MS = 2;

export function announce(
	from: string,
	seq: number,
	routes: readonly string[],
	count = 1,
	quotas?: readonly Quota[],
): Announcement {
	return {
		...{ kind: "announce", from, epoch: 1, seq },
		routes: routes.map((route) => ({
			...{ shard: 0, route, count, topPriority: 5 },
			...(quotas && { quotas }),
		})),
	};
}

function storeOf(
	clock: VirtualClock,
	waiting: Map<string, number>,
	asked: string[][],
): Shard {
	const claim = async ({ routes, limit }: ClaimRequest) => {
		asked.push([...routes]);
		const answered = Promise.withResolvers<void>();
		clock.after(ANSWER_MS, () => answered.resolve());
		await answered.promise;
		const tasks: ClaimedTask[] = [];
		for (const route of routes)
			while ((waiting.get(route) ?? 0) > 0 && tasks.length < limit) {
				waiting.set(route, (waiting.get(route) ?? 0) - 1);
				tasks.push(claimedTask("", 1, { route }));
			}
		const left = routes.map((route) => waiting.get(route) ?? 0);
		return { ok: true as const, tasks, waiting: left };
	};
	return standInShard({ tasks: { claim } });
}

/** A node of many slots on a store 2 ms away, in which tasks wait on some routes. */
export function nodeOf(
	free = 100,
	others: readonly Candidate[] = [],
	forOthers = 0,
) {
	const clock = new VirtualClock();
	const waiting = new Map<string, number>();
	const asked: string[][] = [];
	const [ran, promised]: [string[], Quota[]] = [[], []];
	const passed: string[] = [];
	const seen = { free, weighed: 0, looks: 0, ran, promised, passed };
	const shard = storeOf(clock, waiting, asked);
	const looks = { look: () => void seen.looks++ };
	const leftOvers = {
		has: (route: string) => seen.passed.includes(route),
		passedOver: (route: string) => seen.passed.push(route),
	};
	type Engine = HearerParts["engines"][number];
	const engines: Engine[] = [];
	const hearer = new Hearer({
		clock,
		self: "self",
		lastTurn: { isLast: forOthers > 0, othersFirst: () => forOthers },
		runner: { roomFor: () => seen.free },
		engines,
		roster: {
			nodes: 1 + others.length,
			candidates: () => {
				seen.weighed += 1 + others.length;
				return others;
			},
		},
		promised: { promise: (quotas) => seen.promised.push(...quotas) },
	});
	const claimer: Claimer = new Claimer({
		...AROUND_CLAIMER,
		...{ shard, clock, log },
		serves: servesTypes("t"),
		slots: { ...AROUND_CLAIMER.slots, reserve: () => (seen.free > 0 ? 1 : 0) },
		intake: {
			...AROUND_CLAIMER.intake,
			deliver: (tasks) => seen.ran.push(...tasks.map(({ route }) => route)),
		},
		rumours: hearer,
	});
	engines.push({ claimer, leftOvers, looks });
	return { clock, hearer, claimer, waiting, asked, seen };
}
