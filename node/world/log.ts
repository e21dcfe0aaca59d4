/**
 * The log: lines of JSON on standard error.
 *
 * If the log cannot be written (its disk is full, its reader gone or asleep), the program
 * goes on without it. Lines logged then are kept up to LOG_BACKLOG_BYTES_MAX, and written
 * with the next line that can be.
 */
import { writeSync } from "node:fs";
import { pino } from "pino";
import { LOG_BACKLOG_BYTES_MAX, LOG_END_MS } from "../../protocol/limits.ts";
import type { Clock, Log } from "../ports.ts";

const STDERR = 2;

export interface SystemLog extends Log {
	/**
	 * Resolves when all that was logged is written, or soon if it cannot be. What is logged
	 * later is dropped: whoever says that the program is over has the last word.
	 */
	end(clock: Clock): Promise<void>;
}

/** The log of a program. Every line contains `bindings`, and what `changing` returns when it is written. */
export function systemLog(
	level: string,
	bindings: object,
	changing?: () => object,
): SystemLog {
	const lines = pino.destination({
		dest: STDERR,
		// A terminal that is stopped, or a disk that stands still, must not stop the node.
		sync: false,
		// Nor does it wait for a reader that does not read: what that missed comes with the
		// next line.
		retryEAGAIN: () => false,
		// `flush` does nothing if this is 0.
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
	// If a line has no room it is not written, and then no line would ever be again.
	lines.on("drop", () => lines.flush());
	// At the process's end. Its own flush would try again for ever if nobody reads any more
	// or the disk is full, and the process would never end.
	lines.flushSync = () => {
		if (!isBroken) writeOnce(lines as unknown as Unwritten);
	};
	const mixin = changing && { mixin: changing };
	const log = pino({ level, base: bindings, ...mixin }, lines);
	const end = async (clock: Clock) => {
		log.level = "silent";
		if ((lines as unknown as Unwritten)._writing) await written(lines, clock);
	};
	return Object.assign(log, { end });
}

/** Resolves when what is under way is written, or cannot be, or not in time. */
function written(lines: NodeJS.EventEmitter, clock: Clock): Promise<void> {
	return new Promise((resolve) => {
		for (const event of ["drain", "error"]) lines.once(event, () => resolve());
		clock.after(LOG_END_MS, resolve);
	});
}

/** The lines that pino's destination keeps until they are written, behind the one under way. */
interface Unwritten {
	readonly _writing: boolean;
	readonly _writingBuf: string;
	readonly _bufs: string[];
}

function writeOnce({ _writing, _writingBuf, _bufs }: Unwritten): void {
	const text = (_writing ? "" : _writingBuf) + _bufs.splice(0).join("");
	try {
		for (let rest = Buffer.from(text); rest.length > 0; )
			rest = rest.subarray(writeSync(STDERR, rest));
	} catch {
		// The line cannot be written, and there is nobody left to tell.
	}
}
