/**
 * How often a node gossips its digest, and how long a digest counts.
 *
 * Every node hears every other's, so what a node hears would grow with the cluster. Hence
 * the pace: a change is reported at most every `digestMs`, which grows with the number of
 * nodes, so that a node hears about 7 digests a second from 7 nodes up to 200. Beyond
 * that, DIGEST_MS_MAX bounds how old a digest may be, and what is heard grows again, to
 * 33 a second at 1,000 nodes. If nothing changes, silence is longer still. A node that
 * lost the store, or found it again, or is leaving, does not wait, since others judge by
 * that (`urgent`, every DIGEST_MS). Nor does a node that hears that another does not
 * reach the store.
 */
import {
	DIGEST_CALM_MS,
	DIGEST_MS,
	DIGEST_MS_MAX,
	DIGEST_MS_PER_NODE,
	DIGEST_STALE_MS,
} from "./limits.ts";

/** The time between two digests of one node that has something new to report. */
export function digestMs(nodes: number): number {
	return Math.min(
		Math.max(nodes * DIGEST_MS_PER_NODE, DIGEST_MS),
		DIGEST_MS_MAX,
	);
}

/** The time between two digests of a node that has nothing new to report. */
export function digestCalmMs(nodes: number): number {
	return Math.max(digestMs(nodes), DIGEST_CALM_MS);
}

/** How long a node counts as known by a digest: two further ones may be lost. */
export function digestKnownMs(nodes: number): number {
	return digestCalmMs(nodes) * (DIGEST_STALE_MS / DIGEST_MS);
}
