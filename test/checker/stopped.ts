/**
 * A node that is told to stop is gone by its bound, whatever its tasks do and wherever
 * the store is. Time for which it was paused meanwhile is not held against it, nor is the
 * slowness of its clock.
 */
import type { History, Stop } from "./history.ts";

/** The factor by which the bound is longer for a slow clock. */
const SLOW_CLOCK = 1.01;

export function judgeStopped({ stops, impaired }: History): string[] {
	const pausedMs = ({ node, atMs, goneMs = Infinity }: Stop) =>
		impaired
			.filter((each) => each.node === node && each.why === "paused")
			.reduce((sum, { fromMs, untilMs }) => {
				const ms = Math.min(untilMs, goneMs) - Math.max(fromMs, atMs);
				return sum + Math.max(0, ms);
			}, 0);
	return stops.flatMap((stop) => {
		const { node, atMs, withinMs, goneMs } = stop;
		if (goneMs === undefined)
			return [`${node}, told to stop at ${atMs} ms, never ended`];
		const tookMs = goneMs - atMs - pausedMs(stop);
		return tookMs <= withinMs * SLOW_CLOCK
			? []
			: [
					`${node}, told to stop at ${atMs} ms, took ${Math.round(tookMs)} ms instead of ${withinMs}`,
				];
	});
}
