/**
 * The state in which a node is shown. A node is cut off if peers hear it and it does not
 * renew. It is suspect if we lost it, or if it neither renews nor is heard. Both may be
 * alive.
 */
import type { Digest } from "./gossip.ts";

export const NODE_STATES = [
	...(["up", "suspect", "cut-off", "draining", "at-risk", "dead"] as const),
];
export type NodeState = (typeof NODE_STATES)[number];

export function nodeState({
	leaseLeftMs,
	digest,
	draining,
	atRisk,
	suspected,
}: {
	/** The time left on the node's lease; undefined if it has none, or a revoked one. */
	readonly leaseLeftMs: number | undefined;
	/** The digest by which the node may be judged. */
	readonly digest: Digest | undefined;
	/** Whether the node drains, according to its record. */
	readonly draining: boolean;
	/** Whether its machine may soon be taken away, according to its record. */
	readonly atRisk: boolean;
	readonly suspected: boolean;
}): NodeState {
	if (leaseLeftMs === undefined) return "dead";
	if (digest?.storeUp === false) return "cut-off";
	if (leaseLeftMs <= 0) return digest === undefined ? "suspect" : "cut-off";
	if (suspected) return "suspect";
	if (draining || digest?.draining === true) return "draining";
	return atRisk || digest?.atRisk === true ? "at-risk" : "up";
}
