/**
 * Errors of tasks as data that came from elsewhere: a worker's message, or a text in the
 * store, which may be of another version or damaged. Parts that are not as they should be
 * are left out; without code or message it is no error.
 */
import {
	ATTEMPT_ERROR_CHARS_MAX,
	ERROR_CAUSES_DEPTH_MAX,
	ERROR_CAUSES_MAX,
} from "./limits.ts";
import type { TaskError } from "./task.ts";

/**
 * The error that a value describes; undefined if it is none. An error that is deeper than
 * allowed, or has more errors in it, is cut.
 */
export function readTaskError(value: unknown): TaskError | undefined {
	// One more for each place that says that something is left out.
	return read(value, 0, { left: 2 * ERROR_CAUSES_MAX + 1 });
}

function read(
	value: unknown,
	depth: number,
	budget: { left: number },
): TaskError | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const { code, message, stack, cause, errors } = value as Partial<TaskError>;
	if (typeof code !== "string" || typeof message !== "string") return undefined;
	budget.left -= 1;
	const further = depth <= ERROR_CAUSES_DEPTH_MAX && budget.left > 0;
	const led = further ? read(cause, depth + 1, budget) : undefined;
	const held: TaskError[] = [];
	if (further && Array.isArray(errors)) {
		for (const each of errors) {
			const error = budget.left > 0 && read(each, depth + 1, budget);
			if (error) held.push(error);
		}
	}
	return {
		...{ code, message },
		...(typeof stack === "string" && { stack }),
		...(led !== undefined && { cause: led }),
		...(held.length > 0 && { errors: held }),
	};
}

/**
 * What is kept of an error with an attempt that is not the task's last: bounded, as there
 * may be many.
 */
export function attemptError({
	code,
	message,
	stack,
	cause,
}: TaskError): TaskError {
	return {
		code,
		message: message.slice(0, ATTEMPT_ERROR_CHARS_MAX),
		...(stack !== undefined && {
			stack: stack.slice(0, ATTEMPT_ERROR_CHARS_MAX),
		}),
		...(cause !== undefined && {
			cause: {
				code: cause.code,
				message: cause.message.slice(0, ATTEMPT_ERROR_CHARS_MAX),
			},
		}),
	};
}

/** The characters of all its texts. */
export function errorChars(error: TaskError): number {
	const { code, message, stack = "", cause, errors = [] } = error;
	let chars = code.length + message.length + stack.length;
	if (cause !== undefined) chars += errorChars(cause);
	for (const each of errors) chars += errorChars(each);
	return chars;
}
