/**
 * A task's fields in Redis (see `lua/keys.lua`) to a `TaskRecord`, and what
 * scripts are told of the end of an attempt.
 */

import { parseSession } from "../../protocol/lease.ts";
import { ATTEMPTS_KEPT_MAX } from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import type { AttemptEnd, TaskState } from "../../protocol/state.ts";
import type {
	Attempt,
	TaskEnd,
	TaskError,
	TaskRecord,
} from "../../protocol/task.ts";
import type { Reply } from "./connection.ts";

/** What `about` says. */
export interface About {
	readonly priority: number;
	readonly seq: number;
	readonly createdMs: number;
	readonly route: Route;
}

/** The record, or undefined for the empty list of fields of a task that is not there. */
export function decodeTask(id: string, flat: Reply): TaskRecord | undefined {
	const fields = decodeFields(flat);
	const about = fields.get("about");
	if (about === undefined) return undefined;
	const end = decodeEnd(fields.get("end"));
	const run = fields.get("run");
	const newest =
		end?.attempt ?? (run === undefined ? undefined : decodeHolder(run));
	const [attempts = 0, crashes = 0, losses = 0] = decodeTries(
		fields.get("tries"),
	);
	const result = fields.get("result");
	const error = fields.get("error");
	return {
		id,
		...decodeAbout(about),
		payload: fields.get("payload") ?? "null",
		state: end?.state ?? (run === undefined ? "PENDING" : "STARTED"),
		attempt: newest?.attempt ?? attempts,
		crashes,
		losses,
		attempts: [
			...decodePast(fields.get("past")),
			...(newest === undefined ? [] : [newest.record]),
		].slice(-ATTEMPTS_KEPT_MAX),
		...(end === undefined ? {} : { finishedMs: end.endedMs }),
		...(result === undefined ? {} : { result }),
		...(error === undefined ? {} : { error: JSON.parse(error) as TaskError }),
	};
}

/** `priority seq created route`. */
export function decodeAbout(about: string): About {
	const [priority, seq, createdMs, route] = about.split(" ");
	return {
		priority: Number(priority),
		seq: Number(seq),
		createdMs: Number(createdMs),
		route: route as Route,
	};
}

/** `attempts crashes losses`; nothing of a task that was never tried. */
export function decodeTries(tries = ""): number[] {
	return tries === "" ? [] : tries.split(" ").map(Number);
}

/** The five arguments of `complete.lua` for one end. */
export function encodeEnd(end: TaskEnd): (string | number)[] {
	const startedMs = Math.round(end.startedMs);
	return end.state === "SUCCESS"
		? [end.id, end.token, end.state, `success ${startedMs}`, end.result]
		: [
				...[end.id, end.token, end.state, `${end.end} ${startedMs}`],
				JSON.stringify(end.error),
			];
}

export function decodeFields(flat: Reply): Map<string, string> {
	const list = flat as string[];
	const fields = new Map<string, string>();
	for (let i = 0; i + 1 < list.length; i += 2) {
		fields.set(list[i] as string, list[i + 1] as string);
	}
	return fields;
}

/** Attempts that ended without a result: a line each (see `put-back.lua`). */
function decodePast(past: string | undefined): Attempt[] {
	if (past === undefined) return [];
	return past.split("\n").map((line) => {
		const [token, session = "", claimed, ended, end] = line.split(" ");
		return {
			token: Number(token),
			...parseSession(session),
			claimedMs: Number(claimed),
			endedMs: Number(ended),
			end: end as AttemptEnd,
		};
	});
}

/** An attempt with a holder: its number, and what is told of it. */
interface Held {
	readonly attempt: number;
	readonly record: Attempt;
}

/** `token attempt claimed seq session`. */
function decodeHolder(text: string): Held {
	const [token, attempt, claimed, , session = ""] = text.split(" ");
	const record = {
		token: Number(token),
		...parseSession(session),
		claimedMs: Number(claimed),
	};
	return { attempt: Number(attempt), record };
}

/** `STATE ended`, and, where an attempt brought it, `how started` and that attempt. */
function decodeEnd(text: string | undefined) {
	if (text === undefined) return undefined;
	const [state, ended, how, started, ...held] = text.split(" ");
	const endedMs = Number(ended);
	const end = { state: state as TaskState, endedMs };
	if (how === undefined) return { ...end, attempt: undefined };
	const { attempt, record } = decodeHolder(held.join(" "));
	const ending = {
		startedMs: Number(started),
		endedMs,
		end: how as AttemptEnd,
	};
	return { ...end, attempt: { attempt, record: { ...record, ...ending } } };
}
