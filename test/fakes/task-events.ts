/** What the store's twin tells of a task that has come from one state to another, or was changed in it. */

import type {
	EventAbout,
	StoredKind,
	StoreEvent,
} from "../../protocol/event.ts";
import { formatSession } from "../../protocol/lease.ts";
import { isEnded } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";

function aboutOf(
	kind: StoredKind,
	{ route, options, round }: TaskRecord,
	rest: Partial<EventAbout> = {},
): EventAbout {
	return { kind, route, tags: options.tags ?? [], round, ...rest };
}

/** The attempt that is under way as the task stands there; there may be none. */
function attemptOf(
	kind: StoredKind,
	task: TaskRecord,
	rest: Partial<EventAbout>,
): StoreEvent {
	const { id, attempt, state } = task;
	const held = state === "STARTED" ? task.attempts.at(-1) : undefined;
	const session = held && formatSession(held.nodeId, held.epoch);
	const about = aboutOf(kind, task, {
		...(session !== undefined && { session }),
		...{ attempt, ...rest },
	});
	return held === undefined ? { about, id } : { about, id, token: held.token };
}

const due = (task: TaskRecord) =>
	task.state === "SCHEDULED" && task.dueMs !== undefined
		? { dueMs: task.dueMs }
		: {};

export function accepted(task: TaskRecord): StoreEvent {
	const { id, state } = task;
	const about = aboutOf("task.accepted", task, { state });
	return { about, id, ...due(task) };
}

export function askedToEnd(task: TaskRecord): StoreEvent {
	const by = task.cancel?.by ?? "";
	return attemptOf("task.cancel-asked", task, { by, state: "STARTED" });
}

export function moved(before: TaskRecord, after: TaskRecord): StoreEvent {
	const { id, state } = after;
	if (state === "STARTED") return attemptOf("task.started", after, { state });
	if (before.state === "SCHEDULED" && state === "PENDING")
		return { about: aboutOf("task.due", after, { state }), id };
	const isHeld = before.state === "STARTED";
	const over = before.attempts.length === after.attempts.length;
	const end: EventAbout["end"] | undefined = over
		? after.attempts.at(-1)?.end
		: "not-begun";
	const rest = { ...(isHeld && end !== undefined && { end }), state };
	if (isEnded(state)) {
		const { about } = attemptOf("task.ended", before, rest);
		return { about, id };
	}
	return { ...attemptOf("task.put-back", before, rest), ...due(after) };
}

export function reopened(task: TaskRecord): StoreEvent {
	return { about: aboutOf("task.reopened", task), id: task.id, ...due(task) };
}

export function changed(task: TaskRecord): StoreEvent {
	const { id, priority } = task;
	return { about: aboutOf("task.changed", task), id, priority, ...due(task) };
}

export function deleted(task: TaskRecord): StoreEvent {
	return { about: aboutOf("task.deleted", task), id: task.id };
}
