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

/** `bindings` stand in every line, and so does what `changing` says when it is written. */
export function systemLog(
	level: string,
	bindings: object,
	changing?: () => object,
): Log {
	const lines = pino.destination({
		dest: 2,
		// A terminal that is stopped, or a disk that stands still, must not stop the node.
		sync: false,
		// Nor is one that does not read waited for: what it missed comes with the next line.
		retryEAGAIN: () => false,
		// `flush` does nothing where this is 0.
		minLength: 1,
		maxLength: LOG_BACKLOG_BYTES_MAX,
	});
	let isBroken = false;
	lines.on("error", () => {
		isBroken = true;
	});
	lines.on("write", () => {
		isBroken = false;
	});
	// A line for which there is no room is not written, and so would no line be ever again.
	lines.on("drop", () => lines.flush());
	const flushSync = lines.flushSync.bind(lines);
	// At the process's end. It would try for as long as the disk is full, and never end.
	lines.flushSync = () => {
		if (!isBroken) flushSync();
	};
	const mixin = changing && { mixin: changing };
	return pino({ level, base: bindings, ...mixin }, lines);
}
