/**
 * Overview: what the node answers about the work of all shards at large: which queues wait,
 * and since when.
 *
 * A shard may have tens of thousands of queues. So they are read a step at a time, each of
 * which holds the store up for some milliseconds at most; between two of them it does what
 * else there is. What comes while they are read is not told: it would have no end. Owns no
 * state; throws `StoreError` when the store cannot be had.
 */
import { QUEUES_STEP_MAX } from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import type { OverviewApi, QueueDepth, QueuesView, Shard } from "../ports.ts";

interface OverviewParts {
	readonly shards: readonly Pick<Shard, "tasks">[];
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
}

/** Of one shard. A route that is told again, as it was closed and opened meanwhile, counts as it was then. */
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

/** Of the same route in two shards. */
function sumOf(a: QueueDepth, b: QueueDepth): QueueDepth {
	const count = a.count + b.count;
	return { ...(a.oldestMs <= b.oldestMs ? a : b), count };
}
