/** A node as others know it: what it says about itself, and what the store adds. */

import type { Keeps } from "../../protocol/keep.ts";

/** What a node says about itself when it opens a session. All others can read it. */
export interface NodeRecord {
	readonly nodeId: string;
	/**
	 * Its name among people. The store makes sure that no two nodes with a lease have the
	 * same name.
	 */
	readonly name: string;
	/** The name that its user wished for, if it got another one. */
	readonly wishedName?: string;
	readonly pid: number;
	readonly host: string;
	/** `host:port` of its HTTP side and of its gossip side ("" without gossip). */
	readonly http: string;
	readonly p2p: string;
	/**
	 * The base of its HTTP side: `https://10.0.0.4:5000`. Undefined for a node of an
	 * earlier version, which is at `http`.
	 */
	readonly url?: string;
	readonly version: string;
	readonly startedMs: number;
	readonly slots: number;
	readonly types: readonly string[];
	/** How many tasks of a type it runs at once, for types whose handlers say so. */
	readonly concurrency?: Readonly<Record<string, number>>;
	/** Undefined if it serves every queue. */
	readonly queues?: readonly string[];
	readonly labels: readonly string[];
	readonly draining: boolean;
	/** Its cloud may soon take its machine away: it gets new work last. */
	readonly atRisk?: true;
	/** The machine that its cloud has given it. */
	readonly zone?: string;
	readonly instanceId?: string;
	readonly instanceType?: string;
	/** `spot`: may be taken away at any time; `on-demand`, or another word of the cloud. */
	readonly lifecycle?: string;
	/**
	 * What it was told to keep of ended tasks. Undefined for a node of an earlier version.
	 */
	readonly keeps?: Keeps;
}

/**
 * A node's life, from its start to its end. It has a session in each shard, each with its
 * own epochs.
 */
export type NodeLife = Pick<NodeRecord, "nodeId" | "startedMs">;

/** A registered node as the store sees it. */
export interface RegisteredNode {
	readonly record: NodeRecord;
	readonly epoch: number;
	/**
	 * When its lease expires, in the store's time; 0 if it was revoked. Undefined without a
	 * lease.
	 */
	readonly expiresMs: number | undefined;
	readonly running: number;
	/** Somebody asked this session to drain. */
	readonly askedToDrain: boolean;
}
