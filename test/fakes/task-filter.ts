/** Whether a task fits a filter, in the plainest way. */
import type { TaskState } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import type { TaskFilter } from "../../protocol/task-filter.ts";
import { readRoute } from "../../protocol/view.ts";

export function fitsFilter(task: TaskRecord, filter: TaskFilter): boolean {
	const { queue, type } = readRoute(task.route);
	const { tags = [] } = task.options;
	const { sinceMs = -Infinity, beforeMs = Infinity } = filter;
	const { endedByMs = Infinity, attemptMin = 0 } = filter;
	const { idPrefix = "", notPrefix, texts } = filter;
	const node = task.attempts.at(-1)?.nodeId ?? "";
	return (
		(filter.type ?? type) === type &&
		(filter.queue ?? queue) === queue &&
		(filter.tags ?? []).every((tag) => tags.includes(tag)) &&
		(filter.nodes ?? [node]).includes(node) &&
		task.createdMs >= sinceMs &&
		task.createdMs < beforeMs &&
		(filter.endedByMs === undefined ||
			(task.finishedMs ?? Infinity) <= endedByMs) &&
		task.attempt >= attemptMin &&
		(!filter.moved || hasMoved(task)) &&
		task.id.startsWith(idPrefix) &&
		task.id !== filter.notId &&
		!(notPrefix !== undefined && task.id.startsWith(notPrefix)) &&
		(texts === undefined || hasText(task, texts))
	);
}

export function isInState(
	task: TaskRecord,
	state: TaskState | readonly TaskState[] | undefined,
): boolean {
	if (state === undefined || typeof state === "string")
		return state === undefined || state === task.state;
	return state.includes(task.state);
}

/** Whether an attempt was cut off, and the next one of its round was another node's. */
function hasMoved({ attempts }: TaskRecord): boolean {
	return attempts.some(({ end, nodeId, round }, i) => {
		const next = attempts[i + 1];
		const isCutOff = end === "lease-lost" || end === "revoked";
		return isCutOff && next?.round === round && next.nodeId !== nodeId;
	});
}

function hasText(task: TaskRecord, texts: readonly string[]): boolean {
	const { payload, result = "", error } = task;
	const outcome = error === undefined ? result : JSON.stringify(error);
	return texts.some((text) => payload.includes(text) || outcome.includes(text));
}
