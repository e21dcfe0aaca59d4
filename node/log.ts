/**
 * The log: lines of JSON on standard error.
 *
 * Where it cannot be written (its disk is full, its reader gone or asleep), the program
 * goes on without. What is said then is kept up to LOG_BACKLOG_BYTES_MAX, and written with
 * the next line that can be.
 */
import { pino } from "pino";
import { LOG_BACKLOG_BYTES_MAX } from "../protocol/limits.ts";
import type { Log } from "./ports.ts";

export function systemLog(level: string, bindings: object): Log {
	const lines = pino.destination({
		dest: 2,
		// Nothing is under way when the process ends. (What was, would be tried for as long as
		// the disk is full, and the process with it.)
		sync: true,
		// It would wait for its reader, and the node with it.
		retryEAGAIN: () => false,
		// `flush` does nothing where this is 0.
		minLength: 1,
		maxLength: LOG_BACKLOG_BYTES_MAX,
	});
	lines.on("error", () => {});
	// A line for which there is no room is not written, and so would no line be ever again.
	lines.on("drop", () => lines.flush());
	return pino({ level, base: bindings }, lines);
}
