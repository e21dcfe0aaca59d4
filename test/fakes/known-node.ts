/**
 * What one shard of the store's twin knows about a node, whether the node is there or
 * not.
 */
import type { NodeRecord } from "../../node/ports.ts";
import { DEAD_NODE_KEPT_MS } from "../../protocol/limits.ts";

/** A node that has ever opened a session, until it is long gone. */
export interface Known {
	/** The epoch of its newest session. Kept after a goodbye, so that none repeats. */
	readonly epoch: number;
	/** Undefined once it has said goodbye. */
	readonly record: NodeRecord | undefined;
	/** When its lease was taken or it said goodbye; undefined if neither. */
	readonly goneMs: number | undefined;
	/** Whether the newest session was asked to drain. */
	readonly askedToDrain: boolean;
}

export function isLongGone(goneMs: number | undefined, nowMs: number): boolean {
	return goneMs !== undefined && nowMs - goneMs >= DEAD_NODE_KEPT_MS;
}
