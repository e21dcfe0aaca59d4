/**
 * When the last packets that were sent into cuts can land. Pure.
 *
 * What was sent is not lost when its connection is given up, nor when its process is
 * killed: the system's TCP goes on sending it, at intervals that double. So a submission
 * whose client got no answer may arrive long after it. The time until the next try is
 * about as long as all tries so far have taken, and at most two minutes (Linux's
 * TCP_RTO_MAX). If that try meets another cut, the same holds for the one after it.
 */
import { type FaultRecord, losesStore } from "./fault.ts";

/** Tries begin late by at most this, and their intervals are longer by at most this. */
const SLACK_MS = 1_000;
/** No two tries are further apart. */
const RETRY_MS_MAX = 120_000;

/** @param faults in the order in which they began */
export function landedMs(faults: readonly FaultRecord[]): number {
	const cuts = faults.filter(({ cut }) => cut !== undefined && losesStore(cut));
	const names = new Set(cuts.flatMap(({ nodes }) => nodes));
	const landings = [...names].map((name) =>
		lastLandingMs(cuts.filter(({ nodes }) => nodes.includes(name))),
	);
	return Math.max(0, ...landings);
}

/** The last landing after the cuts of one node. */
function lastLandingMs(cuts: readonly FaultRecord[]): number {
	let sentMs = Number.NEGATIVE_INFINITY;
	let landingMs = Number.NEGATIVE_INFINITY;
	for (const { atMs, untilMs = atMs } of cuts) {
		if (atMs > landingMs) sentMs = atMs;
		landingMs = untilMs + Math.min(untilMs - sentMs, RETRY_MS_MAX) + SLACK_MS;
	}
	return landingMs;
}
