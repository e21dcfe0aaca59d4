/**
 * Makes tasks sound that are read from the store. Their texts may have been damaged, or
 * written by another version, and go as they are into answers with many tasks. What cannot
 * be read of a task is left out, and its error says what that is; other tasks are not
 * affected. So no reader of tasks has to doubt what a `TaskRecord` promises.
 */
import { parseRoute, UNREADABLE_ROUTE } from "../../protocol/route.ts";
import { TASK_STATES } from "../../protocol/state.ts";
import {
	type Attempt,
	LEFT_OUT,
	type TaskRecord,
} from "../../protocol/task.ts";
import { PLAIN, UNREADABLE_OPTIONS } from "../../protocol/task-options.ts";

/** The furthest from 1970 that a date can be. */
const DATE_MS_MAX = 8.64e15;

export function soundTask(task: TaskRecord): TaskRecord {
	const flaws: string[] = [];
	const sound: { -readonly [Name in keyof TaskRecord]: TaskRecord[Name] } = {
		...task,
	};
	if (task.payload !== LEFT_OUT && !isJson(task.payload)) {
		flaws.push("its payload is not JSON");
		sound.payload = "null";
	}
	if (task.options === UNREADABLE_OPTIONS) {
		flaws.push("its options cannot be read");
		sound.options = PLAIN;
	}
	if (task.result !== undefined && !isJson(task.result)) {
		flaws.push("its result is not JSON");
		delete sound.result;
	}
	if (parseRoute(task.route) === undefined) {
		flaws.push("its queue, type or labels are none");
		sound.route = UNREADABLE_ROUTE;
	}
	if (!hasSoundHead(task)) {
		flaws.push("its numbers are none");
		Object.assign(sound, headOf(task));
	}
	if (!task.attempts.every(isSoundAttempt)) {
		flaws.push("its attempts cannot be read");
		sound.attempts = task.attempts.filter(isSoundAttempt);
	}
	if (flaws.length === 0) return task;
	sound.error = {
		code: "unreadable",
		message: `what the store holds of this task is damaged: ${flaws.join("; ")}`,
	};
	return sound;
}

function isJson(text: string): boolean {
	if (text === "null") return true;
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

function hasSoundHead(task: TaskRecord): boolean {
	const { priority, seq, attempt, dueMs = 0, expiresMs = 0 } = task;
	const { round, failures, crashes, losses } = task;
	const counts = [attempt, round, failures, crashes, losses];
	return (
		TASK_STATES.includes(task.state) &&
		[priority, seq, ...counts].every(Number.isSafeInteger) &&
		[task.createdMs, dueMs, expiresMs, task.finishedMs ?? 0].every(isTime)
	);
}

/** What can still be read of the head. */
function headOf(task: TaskRecord): Partial<TaskRecord> {
	const whole = (number: number) => (Number.isSafeInteger(number) ? number : 0);
	const time = (ms: number) => (isTime(ms) ? ms : 0);
	return {
		state: TASK_STATES.includes(task.state) ? task.state : "FAILURE",
		priority: whole(task.priority),
		seq: whole(task.seq),
		attempt: whole(task.attempt),
		round: whole(task.round),
		failures: whole(task.failures),
		crashes: whole(task.crashes),
		losses: whole(task.losses),
		createdMs: time(task.createdMs),
		...(task.dueMs !== undefined && { dueMs: time(task.dueMs) }),
		...(task.expiresMs !== undefined && { expiresMs: time(task.expiresMs) }),
		...(task.finishedMs !== undefined && { finishedMs: time(task.finishedMs) }),
	};
}

function isSoundAttempt(attempt: Attempt): boolean {
	const { token, claimedMs, startedMs = 0, endedMs = 0 } = attempt;
	return (
		Number.isSafeInteger(token) && [claimedMs, startedMs, endedMs].every(isTime)
	);
}

function isTime(ms: number): boolean {
	return Math.abs(ms) <= DATE_MS_MAX;
}
