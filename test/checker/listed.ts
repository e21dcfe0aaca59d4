/**
 * What a node runs, the store lists under its name. A store that has lost writes
 * may have forgotten a claim, or have another holder of the task: then the node
 * finds out and stops the run within three pulses, unless it was paused or could
 * not reach the store meanwhile; from when it can, the three pulses count anew.
 */
import { STOPPED_MS_MAX, undisturbedMs } from "./finding-out.ts";
import type { History } from "./history.ts";

export function judgeListed({ unlisted, impaired }: History): string[] {
	return unlisted
		.filter(
			({ node, ...when }) =>
				undisturbedMs([node], when, impaired) > STOPPED_MS_MAX,
		)
		.map(
			({ id, token, node, fromMs, untilMs }) =>
				`${id} ran on ${node} (token ${token}) from ${fromMs} to ${untilMs} ms, while the store had another holder of it, or none`,
		);
}
