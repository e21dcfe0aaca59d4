/**
 * How often a node gossips its digest, and how long one counts.
 *
 * Every node hears every other's, so what a node hears would grow with the
 * cluster. Hence the pace: a change is told at most every `digestMs`, which grows
 * with the number of nodes, so that a node hears about 7 a second from 7 nodes
 * up to 200; beyond, DIGEST_MS_MAX bounds how old a digest may be, and what is
 * heard grows again, to 33 a second at 1,000 nodes. Where nothing changes,
 * silence is longer still. A node that lost the store, or found it again, or is
 * leaving, does not wait: others judge by that (`urgent`, every DIGEST_MS). Nor
 * does one that hears from another that does not reach the store.
 */
import {
	DIGEST_CALM_MS,
	DIGEST_MS,
	DIGEST_MS_MAX,
	DIGEST_MS_PER_NODE,
	DIGEST_STALE_MS,
} from "./limits.ts";

/** Between two digests of one node, where there is something new to tell. */
export function digestMs(nodes: number): number {
	return Math.min(
		Math.max(nodes * DIGEST_MS_PER_NODE, DIGEST_MS),
		DIGEST_MS_MAX,
	);
}

/** Between two digests of a node that has nothing new to tell. */
export function digestCalmMs(nodes: number): number {
	return Math.max(digestMs(nodes), DIGEST_CALM_MS);
}

/** Two may be lost, and the node is still known. */
export function digestKnownMs(nodes: number): number {
	return digestCalmMs(nodes) * (DIGEST_STALE_MS / DIGEST_MS);
}
