/**
 * What a node runs, the store lists under its name. A store that has lost writes
 * may have forgotten a claim, or have another holder of the task: then the node
 * finds out and stops the run within three pulses, unless it was paused or could
 * not reach the store meanwhile, or the task's shard answered nobody: what that shard
 * lists, no other can tell. From when it can ask again, the three pulses count anew.
 */
import {
	disturbancesOf,
	STOPPED_MS_MAX,
	undisturbedMs,
} from "./finding-out.ts";
import type { History } from "./history.ts";
import type { UnlistedEvent } from "./sightings.ts";

export function judgeListed(history: History): string[] {
	return history.unlisted
		.filter((each) => couldAskMs(each, history) > STOPPED_MS_MAX)
		.map(
			({ id, token, node, fromMs, untilMs }) =>
				`${id} ran on ${node} (token ${token}) from ${fromMs} to ${untilMs} ms, while the store had another holder of it, or none`,
		);
}

/** The longest time without a gap in which the node could ask the task's shard. */
function couldAskMs(
	{ node, shard, ...when }: UnlistedEvent,
	{ impaired, shardsAway }: History,
): number {
	const away = shardsAway
		.filter((each) => each.shard === shard)
		.map(({ fromMs, untilMs }) => ({ fromMs, againMs: untilMs }));
	return undisturbedMs(when, [...disturbancesOf([node], impaired), ...away]);
}
