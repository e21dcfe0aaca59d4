/**
 * How soon the cluster takes tasks again once Redis is back from a fault: to
 * the answer of the first submission that was sent after it. Pure.
 *
 * A fault of Redis that was followed by the next before anything was accepted
 * says nothing, and is left out.
 */
import type { FaultRecord } from "./fault.ts";
import type { Submission } from "./workload.ts";

/** Promised. */
export const RESUMED_MS_MAX = 5_000;

export interface Resumption {
	readonly kind: FaultRecord["kind"];
	readonly backMs: number;
	/** Infinite where nothing was accepted any more. */
	readonly ms: number;
}

export function resumptionsOf(
	faults: readonly FaultRecord[],
	submissions: readonly Submission[],
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
		if ((ofRedis[i + 1]?.atMs ?? Number.POSITIVE_INFINITY) < acceptedMs) {
			return [];
		}
		return [{ kind, backMs: untilMs, ms: acceptedMs - untilMs }];
	});
}
