/**
 * What a node runs, the store lists under the node's name. A store that has lost writes
 * may have lost a claim, or have another holder of the task. Then the node finds out and
 * stops the run within three pulses. It is excused if it was paused or could not reach
 * the store meanwhile, or if the task's shard answered nobody: no other shard can tell
 * what that one lists. From when the node can ask again, the three pulses count anew.
 */
import { KILL_AFTER_MS } from "../../protocol/limits.ts";
import {
	disturbancesOf,
	STOPPED_MS_MAX,
	undisturbedMs,
} from "./finding-out.ts";
import type { History } from "./history.ts";
import type { UnlistedEvent } from "./sightings.ts";

export function judgeListed(history: History): string[] {
	return history.unlisted
		.filter(({ id }) => !history.tasks.get(id)?.submits[0]?.runsOn)
		.filter((each) => couldAskMs(each, history) > stoppedMsMax(each, history))
		.map(
			({ id, token, node, fromMs, untilMs }) =>
				`${id} ran on ${node} (token ${token}) from ${fromMs} to ${untilMs} ms, while the store had another holder of it, or none`,
		);
}

/**
 * The code of a task that was taken from its holder by force has the time to stop that
 * any cancel gives.
 */
function stoppedMsMax({ id }: UnlistedEvent, { tasks }: History): number {
	const cancels = tasks.get(id)?.cancels ?? [];
	const extraMs = cancels.some(({ force }) => force) ? KILL_AFTER_MS : 0;
	return STOPPED_MS_MAX + extraMs;
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
