/**
 * A host that vanishes silently is missed: a peer takes its leases before they end. The
 * time counts anew from when the peer may judge again if it was paused or could not reach
 * the store, after a step of the store's clock or a loss of its writes, or after the
 * shard answered nobody; and from when somebody opens a session, whom the peer does not
 * know at first.
 */
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import { undisturbedMs } from "./finding-out.ts";
import type { History } from "./history.ts";
import type { UnmissedEvent } from "./sightings.ts";

/** A node that finds its way back to the store must then have seen it up for as long as a lease lasts. */
const RECOVERY_MS = LEASE_TTL_MS + 2_000;

export function judgeMissed(history: History, withinMs: number): string[] {
	return history.unmissed
		.filter((each) => couldJudgeMs(each, history) > withinMs)
		.map(
			({ node, by, fromMs, untilMs }) =>
				`the host of ${node} was gone and its lease stood from ${fromMs} to ${untilMs} ms, and ${by} could have taken it`,
		);
}

/** The longest time without a gap in which the peer could judge silence. */
function couldJudgeMs(
	{ by, shard, ...when }: UnmissedEvent,
	{ impaired, shardsAway, clockStepsMs, lostWritesMs, opened }: History,
): number {
	const away = [
		...impaired.filter(({ node }) => node === by),
		...shardsAway.filter((each) => each.shard === shard),
	];
	return undisturbedMs(when, [
		...away.map(({ fromMs, untilMs }) => {
			return { fromMs, againMs: untilMs + RECOVERY_MS };
		}),
		...[...clockStepsMs, ...lostWritesMs].map((ms) => {
			return { fromMs: ms, againMs: ms + RECOVERY_MS };
		}),
		...opened.map(({ atMs }) => ({ fromMs: atMs, againMs: atMs })),
	]);
}
