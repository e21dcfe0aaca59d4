/**
 * The real clock, randomness and log: the only place that touches them.
 * Everything else takes them through `ports.ts`, so that tests can turn time
 * by hand and repeat what chance once did.
 */
import { getRandomValues } from "node:crypto";
import { pino } from "pino";
import type { Clock, Log, Random, Timer } from "./ports.ts";

export const systemClock: Clock = {
	wallMs: () => Date.now(),
	monoMs: () => performance.now(),
	after(ms, fn): Timer {
		const timeout = setTimeout(fn, ms);
		timeout.unref();
		return { cancel: () => clearTimeout(timeout) };
	},
	soon(fn) {
		setImmediate(fn);
	},
};

/** Crockford's base 32, lower case: no i, l, o, u to misread. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

export const systemRandom: Random = {
	unit: () => Math.random(),
	text(chars) {
		let text = "";
		for (const byte of getRandomValues(new Uint8Array(chars))) {
			text += ALPHABET.charAt(byte & 31);
		}
		return text;
	},
};

export function systemLog(level: string, bindings: object): Log {
	return pino({ level, base: bindings }, pino.destination(2));
}
