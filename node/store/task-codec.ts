/**
 * Decodes a task's texts in Redis (see `lua/keys.lua`) into a `TaskRecord`, and encodes what
 * scripts are given about tasks and the ends of their attempts.
 */

import { retentionMsOf } from "../../protocol/keep.ts";
import { ATTEMPTS_KEPT_MAX } from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import type { TaskState } from "../../protocol/state.ts";
import {
	type Cancel,
	type JsonText,
	LEFT_OUT,
	type NewTask,
	type TaskEnd,
	type TaskRecord,
} from "../../protocol/task.ts";
import { attemptError } from "../../protocol/task-error.ts";
import {
	PLAIN,
	readOptions,
	type TaskOptions,
	writeOptions,
} from "../../protocol/task-options.ts";
import { timesOf, type When } from "../../protocol/task-times.ts";
import type {
	ClaimRoom,
	GiveBack,
	RetryRequest,
	TaskRead,
	Unfinished,
} from "../ports.ts";
import {
	decodeEnd,
	decodeError,
	decodeHolder,
	decodePast,
} from "./attempt-codec.ts";
import type { Reply } from "./redis/connection.ts";
import { soundTask } from "./task-soundness.ts";

/** What the text of a task says. */
export interface TaskText {
	readonly priority: number;
	readonly seq: number;
	readonly createdMs: number;
	/** The number of attempts that ended without a result. */
	readonly attempts: number;
	readonly crashes: number;
	readonly losses: number;
	readonly failures: number;
	readonly round: number;
	/** When the task is due; 0 if it does not say. */
	readonly dueMs: number;
	readonly expiresMs: number;
	readonly route: Route;
	readonly options: TaskOptions;
	readonly payload: JsonText;
}

const ZERO = "0".charCodeAt(0);
const COMMA = ",".charCodeAt(0);

/** Decodes the text of a task, one line each: `priority seq created counts route`, the options, the payload. */
export function decodeTaskText(text: string): TaskText {
	let at = 0;
	// The next number of the line. Read digit by digit: this is done for every task that is
	// claimed, and splitting the line takes longer than everything else here.
	const number = () => {
		let value = 0;
		for (;;) {
			const digit = text.charCodeAt(at++) - ZERO;
			// After the number; in a damaged text, no later than its end.
			if (!(digit >= 0)) return value;
			value = value * 10 + digit;
		}
	};
	const priority = number();
	const seq = number();
	const createdMs = number();
	const attempts = number();
	// Most tasks have no other counts: no attempt of theirs has ended without a result.
	const isCounted = text.charCodeAt(at - 1) === COMMA;
	const crashes = isCounted ? number() : 0;
	const losses = isCounted ? number() : 0;
	const failures = isCounted ? number() : 0;
	const round = isCounted ? number() : 1;
	const isTimed = text.charCodeAt(at - 1) === COMMA;
	const dueMs = isTimed ? number() : 0;
	const expiresMs = isTimed ? number() : 0;
	// How long it is to be kept is skipped, as its options say it, too.
	if (text.charCodeAt(at - 1) === COMMA) number();
	const headEnd = text.indexOf("\n", at);
	const optionsEnd = text.indexOf("\n", headEnd + 1);
	return {
		priority,
		seq,
		createdMs,
		attempts,
		crashes,
		losses,
		failures,
		round,
		dueMs,
		expiresMs,
		route: text.slice(at, headEnd),
		options: readOptions(text.slice(headEnd + 1, optionsEnd)),
		payload: text.slice(optionsEnd + 1),
	};
}

/**
 * The record, or undefined if `readTask` found no task. It is sound, whatever was found; if
 * `brief`, without payload and result.
 */
export function decodeTask(
	id: string,
	found: Reply,
	isBrief = false,
): TaskRecord | undefined {
	const task = readTask(id, found);
	return task && soundTask(isBrief ? briefly(task) : task);
}

/** Decodes what `readWithin` found. */
export function decodeRead(id: string, found: Reply): TaskRead {
	const [bytes, isEnded] = found as Reply[];
	return typeof bytes === "number"
		? { bytes, isEnded: isEnded === 1 }
		: decodeTask(id, found);
}

/** The record without payload and result. */
function briefly({ result, ...task }: TaskRecord): TaskRecord {
	return { ...task, payload: LEFT_OUT };
}

function readTask(id: string, found: Reply): TaskRecord | undefined {
	const [text, endText = "", past = "", run = "", later = "", cancel] =
		found as string[];
	if (text === undefined) return undefined;
	const { attempts, dueMs, expiresMs, ...task } = decodeTaskText(text);
	const waits = later === "" ? "PENDING" : "SCHEDULED";
	const end = decodeEnd(endText, task.round);
	const newest =
		end?.attempt ?? (run === "" ? undefined : decodeHolder(run, task.round));
	return {
		id,
		...task,
		...(dueMs > 0 && { dueMs }),
		...(expiresMs > 0 && { expiresMs }),
		...(cancel !== undefined && { cancel: decodeCancelText(cancel) }),
		state: end?.state ?? (run === "" ? waits : "STARTED"),
		attempt: newest?.attempt ?? attempts,
		attempts: [
			...decodePast(past),
			...(newest === undefined ? [] : [newest.record]),
		].slice(-ATTEMPTS_KEPT_MAX),
		...(end === undefined
			? {}
			: { finishedMs: end.endedMs, ...outcomeOf(end.state, end.body) }),
	};
}

/** Decodes `at by`, a line break, and the reason. */
function decodeCancelText(text: string): Cancel {
	const lineEnd = text.indexOf("\n");
	const [at, by = ""] = text.slice(0, lineEnd).split(" ");
	return { atMs: Number(at), by, reason: text.slice(lineEnd + 1) };
}

function outcomeOf(state: TaskState, body: string) {
	return state === "SUCCESS" ? { result: body } : { error: decodeError(body) };
}

/**
 * What `submit.lua` is given of tasks besides their payloads. Mostly they have everything
 * but their ids in common.
 */
export function encodeTasks(tasks: readonly NewTask[]): string {
	const lists: string[][] = [];
	let list: string[] | undefined;
	for (const { id, route, priority, options } of tasks) {
		const order = String(priority);
		const optionsText = writeOptions(options);
		if (list?.[0] !== route || list[1] !== order || list[2] !== optionsText) {
			list = [route, order, optionsText];
			lists.push(list);
		}
		list.push(id);
	}
	return JSON.stringify(lists);
}

/**
 * The arguments of `complete.lua`: the ends in the first (see `lua/pieces/ends.lua`), then
 * the bodies. Ends that follow one another mostly have in common all that is not unique.
 */
export function encodeEnds(ends: readonly TaskEnd[]): string[] {
	const args = [""];
	const lists: string[][] = [];
	let list: string[] | undefined;
	for (const end of ends) {
		const how = end.state === "SUCCESS" ? "success" : end.end;
		const about = encodeAbout(end.about);
		if (list?.[0] !== end.state || list[1] !== how || list[2] !== about) {
			list = [end.state, how, about];
			lists.push(list);
		}
		list.push(end.id, String(end.token), String(Math.round(end.startedMs)));
		args.push(end.state === "SUCCESS" ? end.result : JSON.stringify(end.error));
	}
	args[0] = JSON.stringify(lists);
	return args;
}

/** What its events say about a task (see `lua/pieces/events.lua`). */
function encodeAbout(about: TaskEnd["about"]): string {
	if (about === undefined) return "1 * *";
	const { round, route, tags = [] } = about;
	return `${round} ${route} ${tags.length > 0 ? tags.join(",") : "*"}`;
}

/** The arguments of `give-back.lua` for one task. */
export function encodeGiveBack(back: GiveBack): (string | number)[] {
	const { id, token, end } = back;
	const started =
		back.startedMs === undefined ? "" : Math.round(back.startedMs);
	if (!("afterMs" in back)) {
		const why = encodeWhy(back);
		return [id, token, end, back.message, 0, started, why];
	}
	const { error, afterMs } = back;
	const text = error === undefined ? "" : JSON.stringify(attemptError(error));
	return [id, token, end, text, Math.round(afterMs), started, "-"];
}

/** Why an attempt was lost, as `attempt.lua` keeps it: a word of `loss.ts`, or any text as JSON. */
function encodeWhy({ end, message }: Unfinished): string {
	if (message === "") return "-";
	if (end !== "crashed") return message;
	return JSON.stringify(attemptError({ code: "crashed", message }).message);
}

/**
 * A line for each task that has times, or says how long it is to be kept (see
 * `submit.lua`).
 */
export function encodeTimes(tasks: readonly NewTask[]): string {
	let lines = "";
	for (const [i, { options }] of tasks.entries()) {
		if (options === PLAIN) continue;
		const times = timesOf(options);
		const keepMs = retentionMsOf(options);
		if (times === undefined && keepMs === 0) continue;
		lines += `${i + 1} ${encodeWhen(times?.due)} ${encodeWhen(times?.expires)} ${keepMs}\n`;
	}
	return lines;
}

/** The numbers of the tasks that may become another run of their id (see `submit.lua`). */
export function encodeAgain(tasks: readonly NewTask[]): string {
	let numbers = "";
	for (const [i, { again }] of tasks.entries())
		if (again) numbers += `${i + 1} `;
	return numbers;
}

/** Limits on routes, in the form that `claim.lua` takes. */
export function encodeRooms(rooms: readonly ClaimRoom[]): string {
	return rooms
		.map(({ tasks, routes }) => `${tasks}:${routes.map((at) => at + 1)}`)
		.join(" ");
}

/** A request to reopen a task, in the form that `retry.lua` takes. */
export function encodeRetry(of: RetryRequest): (string | number)[] {
	const { id, round = "", afterMs, expiresMs = 0 } = of;
	return [id, round, Math.round(afterMs), Math.round(expiresMs)];
}

/** A time, in the form that `change.lua` takes; undefined leaves it as it is. */
export function encodeChange(when: When): string {
	return when === undefined ? "" : encodeWhen(when);
}

function encodeWhen(when: When): string {
	if (when === undefined) return "-";
	return "atMs" in when ? String(when.atMs) : `+${when.afterMs}`;
}

export function decodeFields(flat: Reply): Map<string, string> {
	const list = flat as string[];
	const fields = new Map<string, string>();
	for (let i = 0; i + 1 < list.length; i += 2) {
		fields.set(list[i] as string, list[i + 1] as string);
	}
	return fields;
}
