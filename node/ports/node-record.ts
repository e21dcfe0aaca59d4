/**
 * A node as others know it: what it tells of itself, and what the store adds.
 */

import type { Keeps } from "../../protocol/keep.ts";

/** What a node tells of itself when it opens a session; all others can read it. */
export interface NodeRecord {
	readonly nodeId: string;
	/** What people call it. The store sees to it that no two nodes with a lease have the same. */
	readonly name: string;
	/** What its user wished it to be called, where that is another name. */
	readonly wishedName?: string;
	readonly pid: number;
	readonly host: string;
	/** `host:port` of its HTTP side, and of its gossip side ("" without gossip). */
	readonly http: string;
	readonly p2p: string;
	/** Where its HTTP side begins: `https://10.0.0.4:5000`. Undefined: it is of an earlier version, and at `http`. */
	readonly url?: string;
	readonly version: string;
	readonly startedMs: number;
	readonly slots: number;
	readonly types: readonly string[];
	/** Of these, how many tasks at once, for types whose handlers say so. */
	readonly concurrency?: Readonly<Record<string, number>>;
	/** Undefined: serves every queue. */
	readonly queues?: readonly string[];
	readonly labels: readonly string[];
	readonly draining: boolean;
	/** Its cloud may soon take its machine away: it is the last to get new work. */
	readonly atRisk?: true;
	/** The machine that its cloud has given it. */
	readonly zone?: string;
	readonly instanceId?: string;
	readonly instanceType?: string;
	/** `spot`: may be taken away at any time; `on-demand`, or another word of the cloud's. */
	readonly lifecycle?: string;
	/** What it was told to keep of ended tasks. Undefined: it is of an earlier version. */
	readonly keeps?: Keeps;
}

/** From a node's start to its end. It has a session in each shard, with epochs of its own there. */
export type NodeLife = Pick<NodeRecord, "nodeId" | "startedMs">;

/** A registered node as the store sees it. */
export interface RegisteredNode {
	readonly record: NodeRecord;
	readonly epoch: number;
	/** When its lease runs out, in the store's time; 0: revoked. Undefined: no lease. */
	readonly expiresMs: number | undefined;
	readonly running: number;
	/** Somebody asked this session to drain. */
	readonly askedToDrain: boolean;
}
