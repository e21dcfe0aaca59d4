/**
 * What metrics report about the queues with waiting tasks: by name, and only the largest
 * if there are too many.
 */
import type { Reading } from "../../protocol/exposition.ts";
import { OTHER } from "../../protocol/instruments.ts";
import { METRIC_LABELS_MAX } from "../../protocol/limits.ts";
import { parseRoute } from "../../protocol/route.ts";
import type { QueuesView } from "../ports.ts";

interface Waiting {
	count: number;
	oldestMs: number;
}

export function queueReadings({ asOfMs, queues }: QueuesView): Reading[] {
	const byQueue = new Map<string, Waiting>();
	for (const { route, count, oldestMs } of queues)
		add(byQueue, parseRoute(route)?.queue ?? OTHER, { count, oldestMs });
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

function largest(all: ReadonlyMap<string, Waiting>): Map<string, Waiting> {
	if (all.size <= METRIC_LABELS_MAX) return new Map(all);
	const sorted = [...all].sort(([, a], [, b]) => b.count - a.count);
	const told = new Map(sorted.slice(0, METRIC_LABELS_MAX - 1));
	for (const [, waiting] of sorted.slice(METRIC_LABELS_MAX - 1))
		add(told, OTHER, waiting);
	return told;
}

function add(all: Map<string, Waiting>, queue: string, more: Waiting): void {
	const known = all.get(queue) ?? { count: 0, oldestMs: Infinity };
	all.set(queue, {
		count: known.count + more.count,
		oldestMs: Math.min(known.oldestMs, more.oldestMs),
	});
}
