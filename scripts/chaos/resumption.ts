/**
 * How soon the cluster takes tasks again once Redis is back from a fault: the time until
 * the answer to the first submission that was sent after that. Pure.
 *
 * If the next fault of Redis came, or the clients stopped, before anything was accepted
 * and before it was due, nothing is known; that case is left out.
 */
import type { FaultRecord } from "./fault.ts";
import type { Submission } from "./workload.ts";

/** The promise: the most that it may take. */
export const RESUMED_MS_MAX = 5_000;

export interface Resumption {
	readonly kind: FaultRecord["kind"];
	readonly backMs: number;
	/** Infinite if nothing was accepted any more. */
	readonly ms: number;
}

export function resumptionsOf(
	faults: readonly FaultRecord[],
	submissions: readonly Submission[],
	stoppedMs: number,
): Resumption[] {
	const ofRedis = faults.filter(
		({ kind }) => kind === "redis-restart" || kind === "redis-pause",
	);
	return ofRedis.flatMap(({ kind, untilMs }, i) => {
		if (untilMs === undefined) return [];
		const acceptedMs = Math.min(
			...submissions
				.filter(({ outcome, sentMs }) => outcome === "ok" && sentMs >= untilMs)
				.map(({ answeredMs }) => answeredMs),
		);
		const seenUntilMs = ofRedis[i + 1]?.atMs ?? stoppedMs;
		const isOverdue = seenUntilMs - untilMs > RESUMED_MS_MAX;
		if (acceptedMs > seenUntilMs && !isOverdue) return [];
		return [{ kind, backMs: untilMs, ms: acceptedMs - untilMs }];
	});
}
