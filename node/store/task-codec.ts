/**
 * A task's fields in Redis (see `lua/keys.lua`) to a `TaskRecord`, and what
 * scripts are told of the end of an attempt.
 */

import { parseSession } from "../../protocol/lease.ts";
import { ATTEMPTS_KEPT_MAX } from "../../protocol/limits.ts";
import { priorityOf, seqOf } from "../../protocol/rank.ts";
import type { AttemptEnd, TaskState } from "../../protocol/state.ts";
import type {
	Attempt,
	TaskEnd,
	TaskError,
	TaskRecord,
} from "../../protocol/task.ts";
import type { Reply } from "./connection.ts";

/** The record, or undefined for the empty list of fields of a task that is not there. */
export function decodeTask(id: string, flat: Reply): TaskRecord | undefined {
	const fields = decodeFields(flat);
	const rank = fields.get("rank");
	if (rank === undefined) return undefined;
	const result = fields.get("result");
	const error = fields.get("error");
	const run = decodeRun(fields.get("run"));
	const end = decodeEnd(fields.get("end"));
	return {
		id,
		route: fields.get("route") ?? "",
		priority: priorityOf(Number(rank)),
		payload: fields.get("payload") ?? "null",
		state: fields.get("state") as TaskState,
		seq: seqOf(Number(rank)),
		createdMs: Number(fields.get("at")),
		attempt: run.attempt,
		crashes: Number(fields.get("crashes") ?? 0),
		losses: Number(fields.get("losses") ?? 0),
		attempts: [
			...decodePast(fields.get("past")),
			...(run.held === undefined ? [] : [{ ...run.held, ...end }]),
		].slice(-ATTEMPTS_KEPT_MAX),
		...(end === undefined ? {} : { finishedMs: end.endedMs }),
		...(result === undefined ? {} : { result }),
		...(error === undefined ? {} : { error: JSON.parse(error) as TaskError }),
	};
}

/** The six arguments of `complete.lua` for one end. */
export function encodeEnd(end: TaskEnd): (string | number)[] {
	return end.state === "SUCCESS"
		? [
				end.id,
				end.token,
				end.state,
				"success",
				Math.round(end.startedMs),
				end.result,
			]
		: [
				end.id,
				end.token,
				end.state,
				end.end,
				Math.round(end.startedMs),
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

/** `token attempt claimed session`, the last two only where somebody holds it or ended it. */
function decodeRun(run: string | undefined): {
	readonly attempt: number;
	readonly held: Attempt | undefined;
} {
	const [token, attempt = 0, claimed, session] = run?.split(" ") ?? [];
	if (session === undefined) {
		return { attempt: Number(attempt), held: undefined };
	}
	const held = {
		token: Number(token),
		...parseSession(session),
		claimedMs: Number(claimed),
	};
	return { attempt: Number(attempt), held };
}

/** `how started ended`. */
function decodeEnd(text: string | undefined) {
	if (text === undefined) return undefined;
	const [how, started, ended] = text.split(" ");
	return {
		startedMs: Number(started),
		endedMs: Number(ended),
		end: how as AttemptEnd,
	};
}
