/**
 * Turns what task code returned or threw into what may leave the thread: JSON
 * text within its limit, or an error with bounded texts. Never throws, whatever
 * the value is made of (getters and `toJSON` are task code too).
 */
import {
	ERROR_CODE_CHARS_MAX,
	ERROR_MESSAGE_CHARS_MAX,
	ERROR_STACK_CHARS_MAX,
	RESULT_BYTES_MAX,
} from "../../../protocol/limits.ts";
import { NAME_PATTERN } from "../../../protocol/route.ts";
import type { JsonText, TaskError } from "../../../protocol/task.ts";
import { findLoss } from "./loss.ts";
import { cut, describe } from "./text.ts";

export type Returned =
	| { readonly ok: true; readonly result: JsonText }
	| { readonly ok: false; readonly error: TaskError };

export function returned(value: unknown): Returned {
	if (value === undefined) return { ok: true, result: "null" };
	try {
		return judged(value, JSON.stringify(value));
	} catch (thrown) {
		const why = taskErrorOf(thrown).message;
		return refuse("result_not_json", `the result is not JSON: ${why}`);
	}
}

function judged(value: unknown, text: string | undefined): Returned {
	if (text === undefined) {
		return refuse("result_not_json", `a ${typeof value} is not JSON`);
	}
	if (isLonger(text, RESULT_BYTES_MAX)) {
		return refuse(
			"result_too_large",
			`the result is over the limit of ${RESULT_BYTES_MAX} bytes: store it elsewhere and return where it is`,
		);
	}
	const lost = findLoss(value, text);
	if (lost !== undefined) {
		return refuse(
			"result_not_json",
			`the result holds ${lost}, which JSON cannot carry: return plain objects, lists, texts and finite numbers`,
		);
	}
	return { ok: true, result: text };
}

function refuse(code: string, message: string): Returned {
	return {
		ok: false,
		error: { code, message: cut(message, ERROR_MESSAGE_CHARS_MAX) },
	};
}

/** Whether the text is over so many bytes of UTF-8; counts them only in doubt. */
function isLonger(text: string, bytesMax: number): boolean {
	if (text.length > bytesMax) return true;
	return text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax;
}

const codePattern = new RegExp(NAME_PATTERN);

export function taskErrorOf(thrown: unknown): TaskError {
	try {
		if (thrown instanceof Error) {
			const { message, stack } = thrown;
			return {
				code: codeOf(thrown),
				message: cut(String(message), ERROR_MESSAGE_CHARS_MAX),
				...(typeof stack === "string" && {
					stack: cut(stack, ERROR_STACK_CHARS_MAX),
				}),
			};
		}
	} catch {
		// A getter of the error threw: it is described below like any other value.
	}
	return {
		code: "failed",
		message: cut(
			`the task threw ${describe(thrown, ERROR_MESSAGE_CHARS_MAX)}`,
			ERROR_MESSAGE_CHARS_MAX,
		),
	};
}

/** The error's own code (`ECONNREFUSED`, `card_declined`), where it is a short name. */
function codeOf(error: Error): string {
	if (!("code" in error) || typeof error.code !== "string") return "failed";
	const { code } = error;
	return code.length <= ERROR_CODE_CHARS_MAX && codePattern.test(code)
		? code
		: "failed";
}
