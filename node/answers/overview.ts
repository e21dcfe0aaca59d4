/**
 * Overview: what the node answers about the work of all shards at large: which queues
 * wait, and since when; and why tasks failed.
 *
 * A shard may have tens of thousands of queues, and as many failures. So they are read in
 * steps, each of which occupies the store for some milliseconds at most; between two
 * steps the store does its other work. What comes while they are read is not included: it
 * would never end. Owns no state; throws `StoreError` when the store cannot be had.
 */
import {
	FAILURES_LOOKED_MAX,
	FAILURES_STEP_MAX,
	QUEUES_STEP_MAX,
} from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import type {
	BusyRoute,
	FailureGroup,
	FailurePlace,
	FailuresReply,
	FailuresRequest,
	FailuresView,
	OverviewApi,
	QueueDepth,
	QueuesView,
	Shard,
	StatsSpan,
	StatsView,
} from "../ports.ts";

interface OverviewParts {
	readonly shards: readonly Pick<Shard, "tasks" | "stats">[];
}

export class Overview implements OverviewApi {
	readonly #parts: OverviewParts;

	constructor(parts: OverviewParts) {
		this.#parts = parts;
	}

	async queues(): Promise<QueuesView> {
		const views = await Promise.all(this.#parts.shards.map(queuesOf));
		const queues = new Map<Route, QueueDepth>();
		for (const depth of views.flatMap((view) => view.queues)) {
			const known = queues.get(depth.route);
			queues.set(depth.route, known ? sumOf(known, depth) : depth);
		}
		return {
			asOfMs: Math.min(...views.map(({ asOfMs }) => asOfMs)),
			queues: [...queues.values()],
		};
	}

	async busy(): Promise<BusyRoute[]> {
		const all = await Promise.all(
			this.#parts.shards.map(({ tasks }) => tasks.busy()),
		);
		const busy = new Map<Route, BusyRoute>();
		for (const each of all.flat()) {
			const { route, started, scheduled } = each;
			const known = busy.get(route) ?? { started: 0, scheduled: 0 };
			busy.set(route, {
				route,
				started: known.started + started,
				scheduled: known.scheduled + scheduled,
			});
		}
		return [...busy.values()];
	}

	/** How work went, from the first shard, which has it for all. */
	async stats(span: StatsSpan): Promise<StatsView> {
		const [{ stats }] = this.#parts.shards as [Pick<Shard, "stats">];
		const first = await stats.sums(span, 0);
		const steps = [...first.steps];
		for (let { nextMs } = first; nextMs !== undefined; ) {
			const reply = await stats.sums(span, nextMs);
			steps.push(...reply.steps);
			nextMs = reply.nextMs;
		}
		return { asOfMs: first.nowMs, steps };
	}

	/**
	 * Why tasks failed: the newest of all shards first, so that all shards are read back to
	 * about the same time.
	 */
	async failures(since: FailuresRequest["since"]): Promise<FailuresView> {
		const first = await Promise.all(
			this.#parts.shards.map(async (shard) => {
				const request = { since, from: undefined, limit: FAILURES_STEP_MAX };
				return { shard, reply: await shard.tasks.failures(request) };
			}),
		);
		const groups = new Map<string, FailureGroup>();
		const left = new Map<Pick<Shard, "tasks">, FailurePlace>();
		let looked = 0;
		const take = (shard: Pick<Shard, "tasks">, reply: FailuresReply) => {
			looked += reply.looked;
			for (const group of reply.groups) add(groups, group);
			if (reply.next === undefined) left.delete(shard);
			else left.set(shard, reply.next);
		};
		for (const { shard, reply } of first) take(shard, reply);
		const sinceMs = Math.min(...first.map(({ reply }) => reply.sinceMs));
		while (left.size > 0 && looked < FAILURES_LOOKED_MAX) {
			const [shard, from] = newestOf(left);
			const request = { from, limit: FAILURES_STEP_MAX };
			const reply = await shard.tasks.failures({
				...{ ...request, since: { atMs: sinceMs } },
			});
			take(shard, reply);
		}
		return {
			asOfMs: Math.min(...first.map(({ reply }) => reply.nowMs)),
			sinceMs,
			searchedBackToMs: left.size > 0 ? newestOf(left)[1].endedMs : undefined,
			groups: [...groups.values()],
		};
	}
}

/** The newest of the places to go on from; there is at least one. */
function newestOf<Key>(
	left: ReadonlyMap<Key, FailurePlace>,
): readonly [Key, FailurePlace] {
	return [...left].reduce((newest, each) =>
		each[1].endedMs > newest[1].endedMs ? each : newest,
	);
}

function add(groups: Map<string, FailureGroup>, group: FailureGroup): void {
	const { type, code, firstLine } = group;
	const name = JSON.stringify([type, code, firstLine]);
	const known = groups.get(name) ?? { ...group, count: 0 };
	const newest = known.newestMs >= group.newestMs ? known : group;
	groups.set(name, { ...newest, count: known.count + group.count });
}

/**
 * The queues of one shard. A route that occurs again, because it was closed and opened
 * meanwhile, counts as it was then.
 */
async function queuesOf({ tasks }: Pick<Shard, "tasks">): Promise<QueuesView> {
	const queues = new Map<Route, QueueDepth>();
	const request = { above: -1, limit: QUEUES_STEP_MAX };
	let reply = await tasks.queues(request);
	const { nowMs: asOfMs, highest } = reply;
	for (;;) {
		for (const depth of reply.queues) queues.set(depth.route, depth);
		const { next } = reply;
		if (next === undefined || next >= highest) break;
		reply = await tasks.queues({ ...request, above: next });
	}
	return { asOfMs, queues: [...queues.values()] };
}

/** The sum for the same route in two shards. */
function sumOf(a: QueueDepth, b: QueueDepth): QueueDepth {
	return {
		...(a.oldestMs <= b.oldestMs ? a : b),
		count: a.count + b.count,
		started: a.started + b.started,
		scheduled: a.scheduled + b.scheduled,
	};
}
