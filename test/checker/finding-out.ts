/**
 * How long a node may take to find out from the store that it is in the wrong: three pulses,
 * which count anew from when it can reach the store again.
 */
import {
	ABORT_GRACE_MS,
	PULSE_MS_MAX,
	STORE_COMMAND_TIMEOUT_MS,
} from "../../protocol/limits.ts";
import type { ImpairedEvent } from "./history.ts";

/** For clocks that run slow, and answers on their way. */
const SLACK_MS = 200;
export const FOUND_OUT_MS_MAX = 3 * PULSE_MS_MAX + SLACK_MS;
/** By then it has ended what it should not run. */
export const STOPPED_MS_MAX = FOUND_OUT_MS_MAX + ABORT_GRACE_MS;
/** Who could not reach the store may be trying to connect, and finds out that the try is lost. */
export const RECOVERY_MS: Readonly<Record<ImpairedEvent["why"], number>> = {
	paused: 0,
	"cut-off": STORE_COMMAND_TIMEOUT_MS,
	gone: 0,
};

/** The longest time without a gap in which all of these nodes could find out. */
export function undisturbedMs(
	nodes: readonly string[],
	{ fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
	impaired: readonly ImpairedEvent[],
): number {
	const own = impaired
		.filter((each) => nodes.includes(each.node))
		.sort((a, b) => a.fromMs - b.fromMs);
	let longestMs = 0;
	let sinceMs = fromMs;
	for (const each of own) {
		const againMs = each.untilMs + RECOVERY_MS[each.why];
		if (againMs <= sinceMs || each.fromMs >= untilMs) continue;
		longestMs = Math.max(longestMs, each.fromMs - sinceMs);
		sinceMs = againMs;
	}
	return Math.max(longestMs, untilMs - sinceMs);
}
