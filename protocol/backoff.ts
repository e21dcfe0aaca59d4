/**
 * Backoff: how long a task that failed waits before it is tried again.
 *
 * `exponential` waits delay · 2^(failures − 1), up to `max`, which is never below `delay`
 * if it is left out; `fixed` waits `delay` each time. Jitter only adds, up to its share
 * of that: no task is tried again sooner than was asked for, and tasks that failed
 * together do not come back together.
 *
 * Source: Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
 */
import { parseDuration } from "./duration.ts";
import { BACKOFF_MS_MAX } from "./limits.ts";

/** A backoff as it is submitted; each part may be left out. */
export interface Backoff {
	readonly type?: "fixed" | "exponential";
	readonly delay?: string | number;
	readonly max?: string | number;
	readonly jitter?: number;
}

const BACKOFF_DEFAULT = {
	type: "exponential",
	delay: "1s",
	max: "1h",
	jitter: 0.5,
} as const satisfies Backoff;

/**
 * How long the task waits. `failures`: those of this round, including the newest. `unit`:
 * chance, from 0 to 1. `atLeastMs`: what the error itself asked for.
 */
export function backoffMs(
	backoff: Backoff,
	failures: number,
	unit: number,
	atLeastMs = 0,
): number {
	const { type, delay, max, jitter } = { ...BACKOFF_DEFAULT, ...backoff };
	const delayMs = delayMsOf(delay);
	const growth = type === "fixed" ? 1 : 2 ** (failures - 1);
	const cappedMs =
		type === "fixed"
			? delayMs
			: Math.min(delayMs * growth, Math.max(delayMs, delayMsOf(max)));
	return Math.round(Math.max(cappedMs, atLeastMs) * (1 + jitter * unit));
}

/** The milliseconds of a duration that fits its schema. */
export function delayMsOf(duration: string | number): number {
	return typeof duration === "number"
		? duration
		: (parseDuration(duration) ?? 0);
}

/**
 * What is wrong with the parts of a backoff together, each of which fits its schema;
 * undefined if nothing is.
 */
export function backoffFlaw(
	backoff: Backoff,
): { readonly part: "delay" | "max"; readonly must: string } | undefined {
	const delayMs = delayMsOf(backoff.delay ?? BACKOFF_DEFAULT.delay);
	const maxMs = backoff.max === undefined ? delayMs : delayMsOf(backoff.max);
	for (const [part, ms] of [
		["delay", delayMs],
		["max", maxMs],
	] as const)
		if (ms > BACKOFF_MS_MAX) return { part, must: "be 24 hours at most" };
	const must = 'not be below its "delay" (1s where that is absent)';
	return delayMs > maxMs ? { part: "max", must } : undefined;
}
