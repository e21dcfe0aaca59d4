/** Attempts and deaths as frames tell them. */
import { LIVE_NAMES_MAX } from "../../protocol/limits.ts";
import { whyTaken } from "../../protocol/loss.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import type { Bar } from "./attempts.ts";
import type { DeathTold } from "./lost-sessions.ts";
import type { Seats } from "./seats.ts";

type AttemptLine = NonNullable<LiveFrame["lanes"]>["attempts"][number];
type DeathLine = NonNullable<LiveFrame["deaths"]>[number];

/** The names of nodes. */
export interface Names {
	nameOf(nodeId: string): string | undefined;
}

export function readBar(bar: Bar, seats: Seats): AttemptLine {
	const { shard, token, task, type, queue, attempt, round, node } = bar;
	const { claimedMs, endedMs, end, moved } = bar;
	return {
		...{ shard, token, task },
		...(type !== undefined && { type }),
		...(queue !== undefined && { queue }),
		...(attempt !== undefined && { attempt }),
		...(round !== undefined && { round }),
		...{ n: seats.of(node), claimedMs },
		...(endedMs !== undefined && { endedMs }),
		...(end !== undefined && { end }),
		...(moved !== undefined && {
			moved: {
				...{ n: seats.of(moved.node), token: moved.token },
				endedMs: moved.endedMs,
			},
		}),
	};
}

export function readDeath(
	death: DeathTold,
	seats: Seats,
	names: Names,
): DeathLine {
	const { node, shard, epoch, atMs, grounds, by, tasks } = death;
	const { movedTo, slowestMs } = death;
	const [name, n] = [names.nameOf(node), seats.find(node)];
	const byName = by === undefined ? undefined : names.nameOf(by);
	return {
		...{ node, shard, epoch },
		...(name !== undefined && { name }),
		...(n !== undefined && { n }),
		...{ atMs, grounds, why: whyTaken(grounds) },
		...(by !== undefined && { by }),
		...(byName !== undefined && { byName }),
		tasks,
		moved: [...movedTo]
			.sort(([, a], [, b]) => b - a)
			.slice(0, LIVE_NAMES_MAX)
			.map(([to, tasks]) => ({
				n: seats.of(to),
				name: names.nameOf(to) ?? to,
				tasks,
			})),
		movedTasks: death.moved,
		overTasks: death.over,
		waitingTasks: death.isPartial
			? 0
			: Math.max(0, tasks - death.moved - death.over),
		...(slowestMs !== undefined && { slowestMs }),
		...(death.isPartial && { isPartial: true as const }),
	};
}
