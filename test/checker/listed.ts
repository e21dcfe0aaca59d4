/**
 * What a node runs, the store lists under its name. A store that has lost writes
 * may have forgotten a claim, or have another holder of the task: then the node
 * finds out and stops the run within three pulses, unless it was paused or could
 * not reach the store meanwhile; from when it can, the three pulses count anew.
 */
import {
	ABORT_GRACE_MS,
	PULSE_MS_MAX,
	STORE_COMMAND_TIMEOUT_MS,
} from "../../protocol/limits.ts";
import type { History, ImpairedEvent, UnlistedEvent } from "./history.ts";

/** For clocks that run slow, and answers on their way. */
const SLACK_MS = 200;
const UNLISTED_MS_MAX = 3 * PULSE_MS_MAX + ABORT_GRACE_MS + SLACK_MS;
/** Who could not reach the store may be trying to connect, and finds out that the try is lost. */
const RECOVERY_MS: Readonly<Record<ImpairedEvent["why"], number>> = {
	paused: 0,
	"cut-off": STORE_COMMAND_TIMEOUT_MS,
	gone: 0,
};

export function judgeListed({ unlisted, impaired }: History): string[] {
	return unlisted
		.filter((each) => knownForMs(each, impaired) > UNLISTED_MS_MAX)
		.map(
			({ id, token, node, fromMs, untilMs }) =>
				`${id} ran on ${node} (token ${token}) from ${fromMs} to ${untilMs} ms, while the store had another holder of it, or none`,
		);
}

/** The longest time without a gap in which its node could find out. */
function knownForMs(
	{ node, fromMs, untilMs }: UnlistedEvent,
	impaired: readonly ImpairedEvent[],
): number {
	const own = impaired
		.filter((each) => each.node === node)
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
