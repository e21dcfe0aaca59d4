/**
 * How long a node may take to find out from the store that it is in the wrong: three
 * pulses, which count anew from when it can reach the store again.
 */
import {
	ABORT_GRACE_MS,
	PULSE_MS_MAX,
	STORE_COMMAND_TIMEOUT_MS,
} from "../../protocol/limits.ts";
import type { ImpairedEvent } from "./history.ts";

/** Allows for clocks that run slow, and for answers on their way. */
const SLACK_MS = 200;
export const FOUND_OUT_MS_MAX = 3 * PULSE_MS_MAX + SLACK_MS;
/** The time after which a node has ended what it should not run. */
export const STOPPED_MS_MAX = FOUND_OUT_MS_MAX + ABORT_GRACE_MS;
/** A node that could not reach the store may be trying to connect, and finds out that the try is lost. */
const RECOVERY_MS: Readonly<Record<ImpairedEvent["why"], number>> = {
	paused: 0,
	"cut-off": STORE_COMMAND_TIMEOUT_MS,
	gone: 0,
};

/** A time in which something could not be found out; from `againMs` on the time counts anew. */
export interface Disturbance {
	readonly fromMs: number;
	readonly againMs: number;
}

/** What kept any of these nodes from finding out. */
export function disturbancesOf(
	nodes: readonly string[],
	impaired: readonly ImpairedEvent[],
): Disturbance[] {
	return impaired
		.filter(({ node }) => nodes.includes(node))
		.map(({ why, fromMs, untilMs }) => {
			return { fromMs, againMs: untilMs + RECOVERY_MS[why] };
		});
}

/** The longest time without a gap in which nothing was disturbed. */
export function undisturbedMs(
	{ fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
	disturbances: readonly Disturbance[],
): number {
	let longestMs = 0;
	let sinceMs = fromMs;
	for (const each of [...disturbances].sort((a, b) => a.fromMs - b.fromMs)) {
		if (each.againMs <= sinceMs || each.fromMs >= untilMs) continue;
		longestMs = Math.max(longestMs, each.fromMs - sinceMs);
		sinceMs = each.againMs;
	}
	return Math.max(longestMs, untilMs - sinceMs);
}
