/**
 * LiveBacklog: which queues are worst, and which types fail most, for live pages. Read at
 * a pace (paced-read.ts), because both may take many steps.
 */
import { isRestricted, reaches } from "../../protocol/access.ts";
import {
	LIVE_FAILING_STEPS,
	LIVE_FAILING_TYPES_MAX,
	LIVE_QUEUES_MAX,
	LIVE_READ_SHARE,
	METRICS_READ_MS_MIN,
	STATS_ADD_MS,
	STATS_HOUR_STEP_MS,
} from "../../protocol/limits.ts";
import {
	type QueueOnlooker,
	readQueue,
	worstFirst,
} from "../../protocol/queue-view.ts";
import type { QueueAsRead } from "../../protocol/schema/overview.ts";
import { readRoute } from "../../protocol/view.ts";
import type {
	LiveWithin,
	OverviewApi,
	QueuesView,
	StatsView,
} from "../ports.ts";
import { PacedRead, type PacedReadClock } from "./paced-read.ts";

export interface LiveBacklogParts {
	readonly clock: PacedReadClock;
	readonly overview: Pick<OverviewApi, "queues" | "stats">;
	readonly onlooker: QueueOnlooker;
}

/** Attempts that failed lately. */
interface Failing {
	readonly queue: string;
	readonly type: string;
	readonly failed: number;
}

interface Oldest {
	readonly id: string;
	readonly queue: string;
	readonly type: string;
	readonly sinceMs: number;
}

export class LiveBacklog {
	readonly #queues: PacedRead<QueuesView>;
	readonly #stats: PacedRead<StatsView>;
	#read: QueuesView | undefined;
	#failing: readonly Failing[] = [];
	readonly #onlooker: QueueOnlooker;

	constructor({ clock, overview, onlooker }: LiveBacklogParts) {
		this.#onlooker = onlooker;
		const [queues, stats] = [
			() => overview.queues(),
			() => overview.stats("hour"),
		];
		const share = LIVE_READ_SHARE;
		this.#queues = new PacedRead(clock, queues, METRICS_READ_MS_MIN, share);
		this.#stats = new PacedRead(clock, stats, STATS_ADD_MS, share);
	}

	async read(): Promise<void> {
		const [queues, stats] = await Promise.all([
			this.#queues.ask(),
			this.#stats.ask(),
		]);
		// While the store is away, what was read last stays.
		if (queues !== undefined) this.#read = queues;
		if (stats !== undefined) this.#failing = failingIn(stats);
	}

	known(within: LiveWithin = {}) {
		const { queues: all = [], asOfMs = 0 } = this.#read ?? {};
		const queues = isRestricted(within)
			? all.filter(({ route }) => reaches(within, readRoute(route)))
			: all;
		const rows = worstFirst(queues, this.#onlooker);
		const told = rows
			.slice(0, LIVE_QUEUES_MAX)
			.map((row): QueueAsRead => readQueue(row, asOfMs, this.#onlooker));
		return {
			queues: this.#read && told,
			queuesMore: rows.length - told.length,
			failingTypes: worstOf(this.#failing, within),
			oldest: oldestIn(queues, asOfMs),
		};
	}
}

function oldestIn(
	queues: QueuesView["queues"],
	asOfMs: number,
): Oldest | undefined {
	const [first, ...others] = queues;
	if (first === undefined) return undefined;
	const oldest = others.reduce(
		(least, each) => (each.oldestMs < least.oldestMs ? each : least),
		first,
	);
	const { queue, type } = readRoute(oldest.route);
	const sinceMs = Math.min(oldest.oldestMs, asOfMs);
	return { id: oldest.oldestId, queue, type, sinceMs };
}

function failingIn({ steps, asOfMs }: StatsView): Failing[] {
	const sinceMs = asOfMs - LIVE_FAILING_STEPS * STATS_HOUR_STEP_MS;
	return steps
		.filter(({ atMs }) => atMs >= sinceMs)
		.flatMap(({ series }) => series.filter(({ failed }) => failed > 0));
}

/** The types that fail most. Series beyond the most that are kept are one, of all queues and types. */
function worstOf(all: readonly Failing[], within: LiveWithin) {
	const types = new Map<string, number>();
	for (const { queue, type, failed } of all) {
		const isOfMany = queue === "other" && type === "other";
		if (isRestricted(within) && (isOfMany || !reaches(within, { queue, type })))
			continue;
		types.set(type, (types.get(type) ?? 0) + failed);
	}
	return [...types]
		.map(([type, failed]) => ({ type, failed }))
		.sort((a, b) => b.failed - a.failed)
		.slice(0, LIVE_FAILING_TYPES_MAX);
}
