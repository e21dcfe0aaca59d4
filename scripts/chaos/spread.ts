/** How times are spread: what a report says of many of them. */
import { percentile } from "../bench/stats.ts";

/** The spread of times, in ms; percentiles are null if there is none. */
export interface Spread {
	readonly count: number;
	readonly p50: number | null;
	readonly p99: number | null;
	readonly max: number | null;
}

export function spread(times: readonly number[]): Spread {
	const rounded = times.map(Math.round);
	const at = (percent: number) =>
		rounded.length === 0 ? null : percentile(rounded, percent);
	return { count: rounded.length, p50: at(50), p99: at(99), max: at(100) };
}

export function formatSpread({ count, p50, p99, max }: Spread): string {
	return count === 0
		? "none"
		: `p50 ${p50}, p99 ${p99}, max ${max}, of ${count}`;
}
