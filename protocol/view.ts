/**
 * A task as a user reads it, made from a task as the store keeps it.
 *
 * The outcome is JSON text rather than an object. Payload and result are sound JSON
 * already, so they are inserted as they are. Parsing and writing them again would block
 * the node if a page holds large tasks.
 */
import { readAskedBy } from "./asked-by.ts";
import { whyOf } from "./loss.ts";
import { parseRoute, type Route, UNREADABLE_ROUTE } from "./route.ts";
import type { TaskAsRead } from "./schema.ts";
import {
	type Attempt,
	type Cancel,
	type JsonText,
	LEFT_OUT,
	type TaskRecord,
} from "./task.ts";
import { shownOptions } from "./task-change.ts";

/** What a node knows about the cluster, for whoever reads a task. */
export interface Onlooker {
	/**
	 * What a task of the route needs and no living node has, as the rest of "No live node
	 * has …"; undefined if one can run it.
	 */
	missing(route: Route): string | undefined;
	/** The name that a node has, or had; undefined if it is not known. */
	nameOf(nodeId: string): string | undefined;
}

/**
 * A `TaskAsRead` as text; a `TaskAsListed` if the task has no payload. `ahead`: how many
 * waiting tasks are before it, if that is known.
 */
export function writeTask(
	record: TaskRecord,
	onlooker: Onlooker,
	ahead?: number,
): JsonText {
	// While a task waits, no node runs it: the last attempt is only history.
	const waits = record.state === "PENDING" || record.state === "SCHEDULED";
	const newest = waits ? undefined : record.attempts.at(-1);
	const missing = waits ? onlooker.missing(record.route) : undefined;
	const head: Omit<TaskAsRead, "payload" | "result"> = {
		id: record.id,
		...readRoute(record.route),
		priority: record.priority,
		...shownOptions(record.options),
		state: record.state,
		...(missing !== undefined && { unserved: true }),
		...(waits && { waiting: readWaiting(record, missing, ahead) }),
		createdAt: isoTime(record.createdMs),
		...(record.dueMs !== undefined && { dueAt: isoTime(record.dueMs) }),
		...(record.expiresMs !== undefined && {
			expiresAt: isoTime(record.expiresMs),
		}),
		...(newest?.startedMs !== undefined && {
			startedAt: isoTime(newest.startedMs),
		}),
		...(record.finishedMs !== undefined && {
			finishedAt: isoTime(record.finishedMs),
		}),
		...(newest && { ...readNode(newest, onlooker), token: newest.token }),
		attempt: record.attempt,
		round: record.round,
		failures: record.failures,
		crashes: record.crashes,
		...(record.error && { error: record.error }),
		...(record.cancel && { cancel: readCancel(record.cancel) }),
		attempts: record.attempts.map((attempt) => readAttempt(attempt, onlooker)),
	};
	const result =
		record.result === undefined ? "" : `,"result":${record.result}`;
	const payload =
		record.payload === LEFT_OUT ? "" : `,"payload":${record.payload}`;
	return `${JSON.stringify(head).slice(0, -1)}${payload}${result}}`;
}

/** What a task that has not begun, or is to begin again, waits for. */
function readWaiting(
	record: TaskRecord,
	missing: string | undefined,
	ahead: number | undefined,
): NonNullable<TaskAsRead["waiting"]> {
	const lacks = missing !== undefined && { missing };
	if (record.state === "SCHEDULED") {
		const last = record.attempts.at(-1)?.end;
		const failed = last === "failure" || last === "timeout";
		const until = record.dueMs !== undefined && {
			until: isoTime(record.dueMs),
		};
		return { for: failed ? "retry" : "due", ...until, ...lacks };
	}
	return {
		for: missing === undefined ? "slot" : "unserved",
		...(ahead !== undefined && { ahead }),
		...lacks,
	};
}

function readCancel({
	atMs,
	by,
	reason,
}: Cancel): NonNullable<TaskAsRead["cancel"]> {
	return {
		...{ at: isoTime(atMs), ...readAskedBy(by) },
		...(reason !== "" && { reason }),
	};
}

/** A time in ISO 8601, in UTC with milliseconds. */
export function isoTime(ms: number): string {
	return new Date(ms).toISOString();
}

/**
 * The parts of a route; "unreadable" for a text that is no route, which only a store that
 * was tampered with has.
 */
export function readRoute(route: string): {
	queue: string;
	type: string;
	labels: string[];
} {
	const parts = parseRoute(route) ?? parseRoute(UNREADABLE_ROUTE);
	const { queue = "", type = "", labels = [] } = parts ?? {};
	return { queue, type, labels: [...labels] };
}

function readNode({ nodeId }: Attempt, onlooker: Onlooker) {
	const nodeName = onlooker.nameOf(nodeId);
	return { node: nodeId, ...(nodeName !== undefined && { nodeName }) };
}

function readAttempt(
	attempt: Attempt,
	onlooker: Onlooker,
): TaskAsRead["attempts"][number] {
	return {
		round: attempt.round,
		token: attempt.token,
		...readNode(attempt, onlooker),
		claimedAt: isoTime(attempt.claimedMs),
		...(attempt.startedMs !== undefined && {
			startedAt: isoTime(attempt.startedMs),
		}),
		...(attempt.endedMs !== undefined && { endedAt: isoTime(attempt.endedMs) }),
		...(attempt.end && { end: attempt.end }),
		...readLoss(attempt, onlooker),
		...(attempt.error && { error: attempt.error }),
	};
}

function readLoss(attempt: Attempt, onlooker: Onlooker) {
	const { by } = attempt;
	const why = whyOf(attempt);
	const byName = by === undefined ? undefined : onlooker.nameOf(by);
	return {
		...(why !== undefined && { why }),
		...(by !== undefined && { by }),
		...(byName !== undefined && { byName }),
	};
}
