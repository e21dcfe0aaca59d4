/**
 * What state a node is shown in. Cut off is one that peers hear and that does not renew;
 * suspect is one that we lost, or that neither renews nor is heard. Both may be alive.
 */
import type { Digest } from "./gossip.ts";

export const NODE_STATES = [
	...(["up", "suspect", "cut-off", "draining", "dead"] as const),
];
export type NodeState = (typeof NODE_STATES)[number];

export function nodeState({
	leaseLeftMs,
	digest,
	draining,
	suspected,
}: {
	/** Undefined: it holds no lease, or a revoked one. */
	readonly leaseLeftMs: number | undefined;
	/** By which it may be judged. */
	readonly digest: Digest | undefined;
	/** As its record says. */
	readonly draining: boolean;
	readonly suspected: boolean;
}): NodeState {
	if (leaseLeftMs === undefined) return "dead";
	if (digest?.storeUp === false) return "cut-off";
	if (leaseLeftMs <= 0) return digest === undefined ? "suspect" : "cut-off";
	if (suspected) return "suspect";
	return draining || digest?.draining === true ? "draining" : "up";
}
