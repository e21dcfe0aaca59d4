/**
 * Openings: what a node that opens a session in a shard tells it, and is told.
 */
import type { SessionName } from "../../protocol/lease.ts";
import type { Generation } from "../../protocol/token.ts";
import type { NodeRecord } from "./node-record.ts";

export interface OpenRequest {
	readonly record: NodeRecord;
	readonly ttlMs: number;
	/** Highest that this node has seen. */
	readonly known: Generation;
	/** Newest epoch that this life of the node was told of; 0 before its first session. */
	readonly knownEpoch: number;
	/**
	 * By the shard's clock, until when the cluster is sure to have the node's number of shards.
	 * Later the request changes that of no shard; without it, never. Shard 0 knows itself.
	 */
	readonly sureUntilMs?: number;
}
export interface Opened extends Generation {
	readonly ok: true;
	readonly epoch: number;
	readonly nowMs: number;
	/** Earlier session of the same node, now revoked and to be drained. */
	readonly previous: SessionName | undefined;
	/** The record's name, or another if a different node with a lease has that. */
	readonly name: string;
}
export type OpenReply =
	| Opened
	/** A later life of the node holds a lease: this request is late, or there are two programs with one identity. */
	| { readonly ok: false; readonly code: "older_life" }
	/** The shard has another number of shards, or none, and the request comes later than its own is sure. */
	| { readonly ok: false; readonly code: "late"; readonly nowMs: number }
	/** As a pulse tells it; shard 0 alone does. */
	| {
			readonly ok: false;
			readonly code: "other_shards";
			readonly shards: number;
	  };
