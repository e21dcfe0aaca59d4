/**
 * A task that waits beside a node that could start it is started within the sweep's
 * bound, whatever gossip says or does not say. If the node was paused or could not reach
 * the store, or after a step of the store's clock, the time counts anew from when it has
 * found its way back.
 */
import { undisturbedMs } from "./finding-out.ts";
import type { History } from "./history.ts";
import type { WaitedEvent } from "./sightings.ts";

/** How long a node may take to notice what has befallen it, and to have its connection and its lease again. */
export const RECOVERY_MS = 4_000;

export function judgeWaits(history: History, withinMs: number): string[] {
	return history.waited
		.filter((each) => couldActMs(each, history) > withinMs)
		.map(
			({ id, node, fromMs, untilMs }) =>
				`${id} waited from ${fromMs} to ${untilMs} ms, while ${node} served it, had a slot free and started nothing`,
		);
}

/** The longest time without a gap in which nothing had befallen the node. */
export function couldActMs(
	{ node, ...when }: Pick<WaitedEvent, "node" | "fromMs" | "untilMs">,
	{ impaired, clockStepsMs }: History,
): number {
	const troubles = [
		...impaired.filter((each) => each.node === node),
		...clockStepsMs.map((ms) => ({ fromMs: ms, untilMs: ms })),
	];
	return undisturbedMs(
		when,
		troubles.map(({ fromMs, untilMs }) => {
			return { fromMs, againMs: untilMs + RECOVERY_MS };
		}),
	);
}
