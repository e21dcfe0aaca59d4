/**
 * The log: lines of JSON on standard error.
 *
 * Where it cannot be written (its disk is full, its reader gone), the program goes on
 * without. What is said then is kept up to LOG_BACKLOG_CHARS_MAX, and written if that
 * becomes possible again before the process ends.
 */
import { pino } from "pino";
import { LOG_BACKLOG_CHARS_MAX } from "../protocol/limits.ts";
import type { Log } from "./ports.ts";

export function systemLog(level: string, bindings: object): Log {
	const lines = pino.destination({ dest: 2, maxLength: LOG_BACKLOG_CHARS_MAX });
	let isBroken = false;
	lines.on("error", () => {
		isBroken = true;
	});
	lines.on("write", () => {
		isBroken = false;
	});
	const flushSync = lines.flushSync.bind(lines);
	// Called at the process's end, it would try again for as long as the disk is full.
	lines.flushSync = () => {
		if (!isBroken) flushSync();
	};
	return pino({ level, base: bindings }, lines);
}
