/** Openings: what a node that opens a session in a shard says, and what it is told. */
import type { SessionName } from "../../protocol/lease.ts";
import type { Generation } from "../../protocol/token.ts";
import type { NodeRecord } from "./node-record.ts";

export interface OpenRequest {
	readonly record: NodeRecord;
	readonly ttlMs: number;
	/** The highest that this node has seen. */
	readonly known: Generation;
	/**
	 * The newest epoch that this life of the node was told; 0 before its first session. A
	 * new session's epoch is later, even if the store has lost it and its clock was put back.
	 */
	readonly knownEpoch: number;
	/**
	 * Until when, by the shard's clock, the cluster is sure to have the node's number of
	 * shards. After that, the request changes no shard's number; without this it never
	 * does. Shard 0 knows by itself.
	 */
	readonly sureUntilMs?: number;
}
export interface Opened extends Generation {
	readonly ok: true;
	readonly epoch: number;
	readonly nowMs: number;
	/** An earlier session of the same node, now revoked, whose tasks are to be put back. */
	readonly previous: SessionName | undefined;
	/** The name in the record, or another one if a different node with a lease has that. */
	readonly name: string;
}
export type OpenReply =
	| Opened
	/**
	 * A later life of the node holds a lease: this request is late, or two programs have
	 * one identity.
	 */
	| { readonly ok: false; readonly code: "older_life" }
	/**
	 * The shard has another number of shards, or none, and the request comes after its own
	 * number is sure.
	 */
	| { readonly ok: false; readonly code: "late"; readonly nowMs: number }
	/** As a pulse reports it; only shard 0 does. */
	| {
			readonly ok: false;
			readonly code: "other_shards";
			readonly shards: number;
	  };
