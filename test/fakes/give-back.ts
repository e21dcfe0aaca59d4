/** How a task leaves its holder unfinished, in one shard of the store's twin. */
import assert from "node:assert/strict";
import type {
	GiveBack,
	GiveBackOutcome,
	PutOff,
	Unfinished,
} from "../../node/ports.ts";
import { CRASHES_MAX } from "../../protocol/limits.ts";
import type { TaskError, TaskRecord } from "../../protocol/task.ts";
import { attemptError } from "../../protocol/task-error.ts";
import { cancelAttempt, cancelUnbegun } from "./cancel.ts";
import type { Tasks } from "./shard-tasks.ts";
import { type Ending, ended, mustBegin } from "./task-record.ts";

export function giveBack(
	tasks: Tasks,
	back: GiveBack,
	nowMs: number,
): GiveBackOutcome {
	const held = tasks.held(back.id, back.token);
	if (held === undefined) {
		tasks.refuseStale();
		return "stale_token";
	}
	tasks.marks.remove(tasks.holders.sessionOf(back.id), back.token);
	if (held.cancel !== undefined) return cancelHeld(tasks, held, back, nowMs);
	if ("afterMs" in back) return putOff(tasks, held, back, nowMs);
	if (back.end === "not-begun") {
		notBegun(tasks, held);
		return "pending";
	}
	if (back.end === "crashed") return crash(tasks, held, back, nowMs);
	tasks.putBack(held, lostSo(back), nowMs);
	return "pending";
}

/** What is recorded about an attempt that did not end by itself. */
function lostSo(back: GiveBack): Ending {
	const { end, startedMs } = back;
	assert(end !== "not-begun");
	const began = startedMs !== undefined && { startedMs };
	if ("afterMs" in back || back.message === "") return { end, ...began };
	const { message } = back;
	const { message: said } = attemptError({ code: end, message });
	return { end, ...began, why: end === "crashed" ? said : message };
}

const UNKNOWN: TaskError = { code: "unknown", message: "" };

/** Somebody has asked the task to end; what its code threw is kept. */
function cancelHeld(
	tasks: Tasks,
	held: TaskRecord,
	back: GiveBack,
	nowMs: number,
): GiveBackOutcome {
	if (back.end === "failure" || back.end === "timeout") {
		const { id, token, startedMs, end, error = UNKNOWN } = back;
		const over = { state: "FAILURE", end, error: attemptError(error) } as const;
		tasks.end({ id, token, startedMs, ...over }, nowMs);
	} else if (back.end === "not-begun")
		cancelUnbegun(tasks, unclaimed(held), nowMs);
	else cancelAttempt(tasks, held, lostSo(back), nowMs);
	return "ended";
}

/** STARTED → PENDING, at the old rank, as if the task had never been claimed. */
function notBegun(tasks: Tasks, held: TaskRecord): void {
	const { holders, records, queues, times } = tasks;
	holders.leave(held.id);
	holders.forget(held.id);
	const waiting = records.unclaim(unclaimed(held));
	queues.putBack(waiting, () => tasks.nextNumber());
	if (mustBegin(waiting.attempts, held.round))
		times.bind(held.id, held.expiresMs);
}

/** The task without its last attempt, as it was before. */
function unclaimed(held: TaskRecord): TaskRecord {
	const attempts = held.attempts.slice(0, -1);
	return { ...held, attempts, attempt: held.attempt - 1 };
}

function crash(
	tasks: Tasks,
	held: TaskRecord,
	back: Unfinished,
	nowMs: number,
): GiveBackOutcome {
	const how = lostSo(back);
	const task = { ...held, crashes: held.crashes + 1 };
	if (task.crashes < CRASHES_MAX) {
		tasks.putBack(task, how, nowMs);
		return "pending";
	}
	tasks.giveUp(task, how, nowMs, back.message);
	return "ended";
}

function putOff(
	tasks: Tasks,
	held: TaskRecord,
	{ end, error, startedMs, afterMs, token }: PutOff,
	nowMs: number,
): GiveBackOutcome {
	const dueMs = nowMs + afterMs;
	const failed = end !== "snoozed" && error !== undefined;
	if (failed && dueMs >= (held.expiresMs ?? Infinity)) {
		const over = { state: "FAILURE", end, error: attemptError(error) } as const;
		tasks.end({ id: held.id, token, startedMs, ...over }, nowMs);
		return "ended";
	}
	const how = { end, startedMs, ...(failed && { error: attemptError(error) }) };
	const task = { ...held, failures: held.failures + (failed ? 1 : 0) };
	const over = ended(task, how, nowMs);
	tasks.holders.leave(task.id);
	tasks.holders.forget(task.id);
	tasks.records.move(task, "SCHEDULED", { ...over, dueMs });
	tasks.times.schedule(task.id, dueMs);
	tasks.times.bind(task.id, task.expiresMs);
	return { dueMs };
}
