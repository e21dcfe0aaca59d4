/**
 * What metrics report about the queues with waiting tasks: by name, and only the largest
 * if there are too many.
 */
import type { Reading } from "../../protocol/exposition.ts";
import { OTHER } from "../../protocol/instruments.ts";
import { METRIC_LABELS_MAX } from "../../protocol/limits.ts";
import { parseRoute, type Route } from "../../protocol/route.ts";
import type { QueuesView } from "../ports.ts";

interface Waiting {
	count: number;
	oldestMs: number;
}

/** Reads queues again and again, and remembers which queue each route names. */
export class QueueReader {
	#queues = new Map<Route, string>();

	readings({ asOfMs, queues }: QueuesView): Reading[] {
		const known = this.#queues;
		// Only routes that are there now are remembered.
		this.#queues = new Map();
		const byQueue = new Map<string, Waiting>();
		for (const { route, count, oldestMs } of queues) {
			const queue = known.get(route) ?? parseRoute(route)?.queue ?? OTHER;
			this.#queues.set(route, queue);
			add(byQueue, queue, count, oldestMs);
		}
		return readingsOf(byQueue, asOfMs);
	}
}

function readingsOf(
	byQueue: ReadonlyMap<string, Waiting>,
	asOfMs: number,
): Reading[] {
	return [...largest(byQueue)].flatMap(
		([queue, { count, oldestMs }]): Reading[] => [
			{ name: "hearsay_queue_tasks", labels: { queue }, value: count },
			{
				...{ name: "hearsay_queue_oldest_seconds", labels: { queue } },
				value: Math.max(0, asOfMs - oldestMs) / 1_000,
			},
		],
	);
}

/** The largest queues; the rest is reported as one. */
function largest(
	all: ReadonlyMap<string, Waiting>,
): ReadonlyMap<string, Waiting> {
	if (all.size <= METRIC_LABELS_MAX) return all;
	const least = leastOfLargest(all, METRIC_LABELS_MAX - 1);
	const named: [string, Waiting][] = [];
	const rest: Waiting[] = [];
	for (const each of all)
		if (each[1].count >= least) named.push(each);
		else rest.push(each[1]);
	named.sort(([, a], [, b]) => b.count - a.count);
	// There may be more queues with the least count than fit.
	const more = named
		.splice(METRIC_LABELS_MAX - 1)
		.map(([, waiting]) => waiting);
	const told = new Map(named);
	for (const { count, oldestMs } of [...more, ...rest])
		add(told, OTHER, count, oldestMs);
	return told;
}

/** The least count among the largest queues, of which there are `number`. (Sorting numbers alone is many times as fast.) */
function leastOfLargest(all: ReadonlyMap<string, Waiting>, number: number) {
	const counts = new Float64Array(all.size);
	let at = 0;
	for (const { count } of all.values()) counts[at++] = count;
	return counts.sort().at(-number) ?? 0;
}

function add(
	all: Map<string, Waiting>,
	queue: string,
	count: number,
	oldestMs: number,
): void {
	const known = all.get(queue);
	if (known === undefined) {
		all.set(queue, { count, oldestMs });
		return;
	}
	known.count += count;
	known.oldestMs = Math.min(known.oldestMs, oldestMs);
}
