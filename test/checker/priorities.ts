/**
 * If one node runs one task at a time, undisturbed, no task starts while one of a higher
 * priority has been waiting for longer than a claim takes; nor, within one priority,
 * while one that came earlier has been.
 */
import type { History } from "./history.ts";
import type { TaskHistory } from "./task-history.ts";

export function judgePriorities({ tasks }: History, claimMs: number): string[] {
	const broken: string[] = [];
	const all = [...tasks.values()].filter(({ starts }) => starts.length > 0);
	for (const first of all) {
		for (const other of all) {
			if (mustPrecede(other, first, claimMs) && startMs(other) > startMs(first))
				broken.push(
					`${first.id} (priority ${priorityOf(first)}) started at ${startMs(first)} ms, while ${other.id} (priority ${priorityOf(other)}) had been waiting since ${acceptedMs(other)} ms`,
				);
		}
	}
	return broken;
}

/** Whether `other`, having waited when `first` was claimed, comes before it. */
function mustPrecede(
	other: TaskHistory,
	first: TaskHistory,
	claimMs: number,
): boolean {
	if (acceptedMs(other) > startMs(first) - claimMs) return false;
	if (priorityOf(other) !== priorityOf(first))
		return priorityOf(other) > priorityOf(first);
	return acceptedMs(other) < (first.submits[0]?.atMs ?? 0);
}

function startMs({ starts }: TaskHistory): number {
	return starts[0]?.atMs ?? Number.POSITIVE_INFINITY;
}

function priorityOf({ submits }: TaskHistory): number {
	return submits[0]?.priority ?? 0;
}

function acceptedMs({ submitted }: TaskHistory): number {
	return (
		submitted.find(({ outcome }) => outcome === "ok")?.atMs ??
		Number.POSITIVE_INFINITY
	);
}
