/**
 * What task code threw, in the form in which it may leave the thread: code, message and
 * stack. Since "fetch failed" tells nobody anything, it includes the errors that led to
 * it (`cause`, and the `errors` of an AggregateError), each with theirs. The number of
 * errors, their depth and the length of texts are bounded; the result says if something
 * is left out. Never throws, whatever the value is made of: its getters are task code
 * too, and it may contain itself.
 */
import {
	ERROR_CAUSE_CHARS_MAX,
	ERROR_CAUSES_DEPTH_MAX,
	ERROR_CAUSES_MAX,
	ERROR_CODE_CHARS_MAX,
	ERROR_MESSAGE_CHARS_MAX,
	ERROR_STACK_CHARS_MAX,
} from "../../../protocol/limits.ts";
import { NAME_PATTERN } from "../../../protocol/route.ts";
import type { TaskError } from "../../../protocol/task.ts";
import { bareList, exec, isArray, isErrorLike, textOf } from "./native.ts";
import { cut, describe } from "./text.ts";

export function taskErrorOf(thrown: unknown): TaskError {
	const read = readError(
		thrown,
		ERROR_MESSAGE_CHARS_MAX,
		ERROR_STACK_CHARS_MAX,
	);
	if (read !== undefined) return new Chain().follow(thrown as object, read, 0);
	const what = describe(thrown, ERROR_MESSAGE_CHARS_MAX);
	const message = cut(`the task threw ${what}`, ERROR_MESSAGE_CHARS_MAX);
	return { code: "failed", message };
}

/** Undefined if the value is no error, or one that cannot be read. */
function readError(
	value: unknown,
	messageCharsMax: number,
	stackCharsMax: number,
): TaskError | undefined {
	try {
		if (!isErrorLike(value)) return undefined;
		const { message, stack } = value;
		return {
			code: codeOf(value),
			message: cut(textOf(message), messageCharsMax),
			...(typeof stack === "string" && { stack: cut(stack, stackCharsMax) }),
		};
	} catch {
		return undefined; // A getter of it threw, or its message makes no text.
	}
}

const codePattern = new RegExp(NAME_PATTERN);

/** The error's own code (`ECONNREFUSED`, `card_declined`), if it is a short name. */
function codeOf(error: Error): string {
	if (!("code" in error) || typeof error.code !== "string") return "failed";
	const { code } = error;
	return code.length <= ERROR_CODE_CHARS_MAX && exec(codePattern, code) !== null
		? code
		: "failed";
}

/** Follows one thrown error to those that led to it. */
class Chain {
	#left = ERROR_CAUSES_MAX;
	/** The errors that are being followed: meeting one of them again is a circle. */
	readonly #open = bareList<unknown>();

	follow(from: object, read: TaskError, depth: number): TaskError {
		this.#open[depth] = from;
		this.#open.length = depth + 1;
		const cause = this.#causeOf(from, depth + 1);
		const errors = this.#errorsOf(from, depth + 1);
		return {
			...read,
			...(cause !== undefined && { cause }),
			...(errors !== undefined && { errors }),
		};
	}

	#causeOf(from: object, depth: number): TaskError | undefined {
		const cause = property(from, "cause");
		return cause === undefined || cause === null
			? undefined
			: this.#tell(cause, depth);
	}

	#errorsOf(from: object, depth: number): TaskError[] | undefined {
		const held = property(from, "errors");
		const length = lengthOf(held);
		if (length === 0) return undefined;
		const errors = bareList<TaskError>();
		for (let at = 0; at < length; at += 1) {
			if (this.#left === 0 || depth > ERROR_CAUSES_DEPTH_MAX) {
				errors[errors.length] = leftOut(length - at);
				break;
			}
			errors[errors.length] = this.#tell(property(held as object, at), depth);
		}
		return errors;
	}

	#tell(value: unknown, depth: number): TaskError {
		if (this.#left === 0 || depth > ERROR_CAUSES_DEPTH_MAX) return leftOut(1);
		this.#left -= 1;
		for (let at = 0; at < depth; at += 1) {
			if (this.#open[at] === value)
				return { code: "circular", message: "an error told of above" };
		}
		const max = ERROR_CAUSE_CHARS_MAX;
		const read = readError(value, max, max);
		if (read === undefined)
			return { code: "failed", message: describe(value, max) };
		return this.follow(value as object, read, depth);
	}
}

function leftOut(count: number): TaskError {
	const message =
		count === 1
			? "what led to it is left out"
			: `${count} more errors are left out`;
	return { code: "left_out", message };
}

/** The property; undefined also if reading it throws. */
function property(of: object, name: string | number): unknown {
	try {
		return (of as Record<string | number, unknown>)[name];
	} catch {
		return undefined;
	}
}

/** The length of a list; 0 for anything else. */
function lengthOf(value: unknown): number {
	try {
		return isArray(value) ? value.length : 0;
	} catch {
		return 0; // A revoked proxy.
	}
}
