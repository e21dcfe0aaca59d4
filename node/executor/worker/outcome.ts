/**
 * Turns what task code returned into what may leave the thread: JSON text within its
 * limit, or an error that says why it is not. Never throws, whatever the value is made of
 * (getters and `toJSON` are task code too).
 */
import {
	ERROR_MESSAGE_CHARS_MAX,
	RESULT_BYTES_MAX,
} from "../../../protocol/limits.ts";
import type { JsonText, TaskError } from "../../../protocol/task.ts";
import { findLoss } from "./loss.ts";
import {
	ArrayPrototype,
	byteLength,
	giveToJson,
	ObjectPrototype,
	takeToJson,
	writeJson,
} from "./native.ts";
import { taskErrorOf } from "./task-error.ts";
import { cut } from "./text.ts";

export type Returned =
	| { readonly ok: true; readonly result: JsonText }
	| { readonly ok: false; readonly error: TaskError };

export function returned(value: unknown): Returned {
	if (value === undefined || value === null) return nothing;
	let ofObjects: PropertyDescriptor | undefined;
	let ofLists: PropertyDescriptor | undefined;
	try {
		ofObjects = takeToJson(ObjectPrototype);
		ofLists = takeToJson(ArrayPrototype);
		return judged(value, writeJson(value));
	} catch (thrown) {
		const why = taskErrorOf(thrown).message;
		return refuse("result_not_json", `the result is not JSON: ${why}`);
	} finally {
		giveToJson(ObjectPrototype, ofObjects);
		giveToJson(ArrayPrototype, ofLists);
	}
}

const nothing: Returned = { ok: true, result: "null" };

function judged(value: unknown, text: string | undefined): Returned {
	if (text === undefined) {
		const what =
			typeof value === "object"
				? "what the result's toJSON returns"
				: `a ${typeof value}`;
		return refuse("result_not_json", `${what} is not JSON`);
	}
	if (isLonger(text, RESULT_BYTES_MAX)) {
		return refuse(
			"result_too_large",
			`the result is over the limit of ${RESULT_BYTES_MAX} bytes: store it elsewhere and return where it is`,
		);
	}
	const loss = findLoss(value);
	if (loss !== undefined) {
		const { what, where, advice } = loss;
		const holds = where === "" ? `is ${what}` : `holds ${what} at ${where}`;
		return refuse(
			"result_not_json",
			`the result ${holds}, which JSON cannot carry: ${advice}`,
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

/**
 * Whether the text is longer than so many bytes of UTF-8. Counts the bytes only if in
 * doubt.
 */
function isLonger(text: string, bytesMax: number): boolean {
	if (text.length > bytesMax) return true;
	return text.length * 3 > bytesMax && byteLength(text) > bytesMax;
}
