/**
 * The real clock and randomness: the only place that touches them. Everything else takes
 * them through `ports.ts`, so that tests can advance time by hand and repeat what chance
 * once did.
 */
import { randomBytes, randomInt } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { Clock, Random, Timer } from "../ports.ts";

export const systemClock: Clock = {
	wallMs: () => Date.now(),
	monoMs: () => performance.now(),
	after(ms, fn): Timer {
		// Time passes while it is computed how much is left; Node warns if none is.
		const timeout = setTimeout(fn, Math.max(0, ms));
		timeout.unref();
		return { cancel: () => clearTimeout(timeout) };
	},
	soon(fn) {
		setImmediate(fn);
	},
};

/**
 * Keeps the process alive until it decides to exit: no timer of the clock does that, and
 * neither does a promise that it waits for.
 */
export function holdProcess(): void {
	setInterval(() => {}, 2 ** 31 - 1);
}

/** Crockford's base 32 in lower case, without i, l, o and u, which can be misread. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

const DRAW_CHARS = 4_096;

/** Characters drawn by the thousand: one draw for every id would cost more than the id. */
let drawn = "";
let taken = 0;

function draw(): string {
	const chars = randomBytes(DRAW_CHARS);
	// An iterator would make more garbage than everything else that is done for a task.
	for (let at = 0; at < chars.length; at++)
		chars[at] = ALPHABET.charCodeAt((chars[at] as number) & 31);
	return chars.toString("latin1");
}

export const systemRandom: Random = {
	unit: () => Math.random(),
	text(chars) {
		let text = "";
		while (text.length < chars) {
			if (taken === drawn.length) {
				drawn = draw();
				taken = 0;
			}
			const part = drawn.slice(taken, taken + chars - text.length);
			taken += part.length;
			text += part;
		}
		return text;
	},
};

/** The fraction of the time since the last call in which the event loop was busy, 0–1. */
export function systemLoad(): () => number {
	let last = performance.eventLoopUtilization();
	return () => {
		const now = performance.eventLoopUtilization();
		const { utilization } = performance.eventLoopUtilization(now, last);
		last = now;
		return Math.min(1, Math.max(0, utilization));
	};
}

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** A secret of so many characters out of 62, each equally likely; drawn from the system for this alone. */
export function systemSecret(chars: number): string {
	let text = "";
	while (text.length < chars) text += BASE62.charAt(randomInt(BASE62.length));
	return text;
}
