/**
 * The lines that one run of a task logs. Each is cut to a length. After so many, one more
 * line says that the rest is dropped. So a task that floods its log harms neither the
 * node nor the log.
 */
import {
	TASK_LOG_LINE_CHARS_MAX,
	TASK_LOG_LINES_MAX,
} from "../../../protocol/limits.ts";
import { cut, describe } from "./text.ts";

export class TaskLog {
	readonly #write: (line: string) => void;
	#lines = 0;

	constructor(write: (line: string) => void) {
		this.#write = write;
	}

	log(values: readonly unknown[]): void {
		if (this.#lines > TASK_LOG_LINES_MAX) return;
		this.#lines += 1;
		this.#write(
			this.#lines > TASK_LOG_LINES_MAX
				? `over ${TASK_LOG_LINES_MAX} lines logged: the rest is dropped`
				: lineOf(values),
		);
	}
}

function lineOf(values: readonly unknown[]): string {
	let line = "";
	for (let at = 0; at < values.length; at += 1) {
		if (line.length > TASK_LOG_LINE_CHARS_MAX) break;
		const part = describe(values[at], TASK_LOG_LINE_CHARS_MAX);
		line = at === 0 ? part : `${line} ${part}`;
	}
	return cut(line, TASK_LOG_LINE_CHARS_MAX);
}
