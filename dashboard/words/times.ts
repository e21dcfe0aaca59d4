/** How times and figures are written: short, and always in the same form. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * A span of time in two figures of meaning: `58 ms`, `0.64 s`, `12 s`, `1 min 31 s`, `3 h 5 min`.
 */
export function spanOf(ms: number): string {
	const whole = Math.max(0, Math.round(ms));
	if (whole < 100) return `${whole} ms`;
	if (whole < SECOND_MS - 5) return `${(whole / SECOND_MS).toFixed(2)} s`;
	if (whole < 10 * SECOND_MS - 50) return `${(whole / SECOND_MS).toFixed(1)} s`;
	return longSpanOf(whole);
}

/** A span of time to a hundredth of a second, for comparing two. */
export const exactSpanOf = (ms: number): string =>
	`${(Math.max(0, ms) / SECOND_MS).toFixed(2)} s`;

/** How long after the first of several moments one was, `gapMs` after the one before: so exactly that they differ. */
export function laterOf(ms: number, gapMs: number): string {
	const isExact = ms >= 10 * SECOND_MS - 50 && ms < 10 * MINUTE_MS;
	if (!isExact || gapMs >= 10 * SECOND_MS) return `+${spanOf(ms)}`;
	return `+${(ms / SECOND_MS).toFixed(gapMs < 200 ? 2 : 1)} s`;
}

/** A span of time in whole seconds, for one that changes while it is shown. */
export function longSpanOf(ms: number): string {
	const whole = Math.max(0, ms);
	if (whole < MINUTE_MS) return `${Math.floor(whole / SECOND_MS)} s`;
	if (whole < HOUR_MS) return pair(whole, MINUTE_MS, "min", SECOND_MS, "s");
	if (whole < DAY_MS) return pair(whole, HOUR_MS, "h", MINUTE_MS, "min");
	return pair(whole, DAY_MS, "d", HOUR_MS, "h");
}

function pair(
	ms: number,
	bigMs: number,
	big: string,
	smallMs: number,
	small: string,
): string {
	const rest = Math.floor((ms % bigMs) / smallMs);
	const first = `${Math.floor(ms / bigMs)} ${big}`;
	return rest === 0 ? first : `${first} ${rest} ${small}`;
}

/** `08:17:03`, after its day if that is not the day of `nowMs`. */
export function clockTime(time: Date, nowMs: number): string {
	const isToday = time.toDateString() === new Date(nowMs).toDateString();
	const day = isToday ? "" : `${time.toLocaleDateString("en-CA")} `;
	return day + time.toLocaleTimeString("en-GB");
}

/** `08:17:03.49`: where the order of what happened within a second counts. */
export function exactTime(time: Date): string {
	const hundredths = Math.floor(time.getMilliseconds() / 10);
	return `${time.toLocaleTimeString("en-GB")}.${String(hundredths).padStart(2, "0")}`;
}

/** `1,884`. A text even of 0, which Preact as a number would write anew each time. */
export const figure = (value: number): string => value.toLocaleString("en");

/** `114 MiB`. */
export const mebibytes = (bytes: number): string =>
	`${figure(Math.round(bytes / 2 ** 20))} MiB`;

/** `1 task`, `8 tasks`. */
export const counted = (count: number, noun: string): string =>
	`${figure(count)} ${noun}${count === 1 ? "" : "s"}`;
