/** The attempts of a task, decoded from its texts in Redis (see `lua/keys.lua`). */
import { parseSession } from "../../protocol/lease.ts";
import type { AttemptEnd, TaskState } from "../../protocol/state.ts";
import type { Attempt, TaskError } from "../../protocol/task.ts";
import { readTaskError } from "../../protocol/task-error.ts";

export const UNREADABLE_ERROR: TaskError = {
	code: "unreadable",
	message: "the stored error cannot be read",
};

/**
 * The error of a task. Its text may have been damaged in the store, which must not make
 * readers of tasks fail.
 */
export function decodeError(body: string): TaskError {
	try {
		const error = readTaskError(JSON.parse(body));
		if (error !== undefined) return error;
	} catch {
		// It is not JSON: handled below.
	}
	return UNREADABLE_ERROR;
}

/** Decodes the attempts that ended without a result, one line each (see `attempt.lua`). */
export function decodePast(past: string): Attempt[] {
	if (past === "") return [];
	return past.split("\n").map((line) => {
		const [token, session = "", claimed, ended, end, started, ...rest] =
			line.split(" ");
		return {
			...readToken(token),
			...parseSession(session),
			claimedMs: Number(claimed),
			endedMs: Number(ended),
			end: end as AttemptEnd,
			...(isTold(started) && { startedMs: Number(started) }),
			...(end === "failure" || end === "timeout"
				? rest.length > 0 && { error: decodeError(rest.join(" ")) }
				: decodeLoss(rest)),
		};
	});
}

/**
 * Decodes what is known of an attempt that did not end by itself: who took its lease, why,
 * and whether its node ran nothing else.
 */
function decodeLoss(
	words: readonly string[],
): Pick<Attempt, "by" | "why" | "alone"> {
	const alone = words.length > 2 && words.at(-1) === "alone";
	const [by, ...rest] = alone ? words.slice(0, -1) : words;
	const why = decodeWhy(rest.join(" "));
	return {
		...(isTold(why) && { why }),
		...(isTold(by) && { by }),
		...(alone && { alone }),
	};
}

/** Decodes why an attempt was lost: a word, or any text as JSON. */
function decodeWhy(text: string): string {
	if (!text.startsWith('"')) return text;
	try {
		return String(JSON.parse(text));
	} catch {
		return UNREADABLE_ERROR.message;
	}
}

function isTold(word: string | undefined): word is string {
	return word !== undefined && word !== "" && word !== "-";
}

/** Decodes a token, behind which the round stands unless it is the first. */
function readToken(text = "") {
	const [token, round = 1] = text.split(",");
	return { token: Number(token), round: Number(round) };
}

/** An attempt with a holder: its number, and what is known of it. */
interface Held {
	readonly attempt: number;
	readonly record: Attempt;
}

/**
 * Decodes `token attempt claimed seq size session`, for an attempt of the round. `,started`
 * follows `claimed`, if that is known.
 */
export function decodeHolder(text: string, round: number): Held {
	const [token, attempt, times = "", , , session = ""] = text.split(" ");
	const [claimed, started] = times.split(",");
	const record = {
		token: Number(token),
		round,
		...parseSession(session),
		claimedMs: Number(claimed),
		...(started !== undefined && { startedMs: Number(started) }),
	};
	return { attempt: Number(attempt), record };
}

/**
 * Decodes `STATE ended` and, if an attempt ended the task, `how started` and that attempt;
 * then a line break and the body.
 */
export function decodeEnd(text: string, round: number) {
	if (text === "") return undefined;
	const lineEnd = text.indexOf("\n");
	const [state, ended, how, started, ...held] = text
		.slice(0, lineEnd)
		.split(" ");
	const endedMs = Number(ended);
	const body = text.slice(lineEnd + 1);
	const end = { state: state as TaskState, endedMs, body };
	if (how === undefined) return { ...end, attempt: undefined };
	const { attempt, record } = decodeHolder(held.join(" "), round);
	const ending = {
		startedMs: Number(started),
		endedMs,
		end: how as AttemptEnd,
	};
	return { ...end, attempt: { attempt, record: { ...record, ...ending } } };
}
