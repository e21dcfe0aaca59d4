/** What a shard keeps of nodes: its registry, their sessions and leases, and what each session runs. */
import type { SessionName } from "../../protocol/lease.ts";
import type { DeathGrounds, Sighting } from "../../protocol/loss.ts";
import type { Route } from "../../protocol/route.ts";
import type { Generation } from "../../protocol/token.ts";
import type { NodeLife, NodeRecord, RegisteredNode } from "./node-record.ts";
import type { OpenReply, OpenRequest } from "./store-opening.ts";
import type { Pulse, RoutesKnown } from "./store-pulse.ts";

/** All nodes of a shard, as at one moment of its clock. */
export interface Registry {
	readonly nowMs: number;
	/** As a pulse tells it: where it has risen, leases may be short though their holders live. */
	readonly clockStepsBack: number;
	/** As a pulse tells it: where it has risen since, somebody has come who is not listed here. */
	readonly opens: number;
	/** When a session was last revoked; 0: none ever was. */
	readonly lostMs: number;
	readonly nodes: RegisteredNode[];
}

/** What tells an attempt from all others. */
export interface AttemptName {
	readonly id: string;
	readonly token: number;
}

/** An attempt whose code has begun. */
export interface Begun extends AttemptName {
	/** In the store's time, as its holder reckons it. */
	readonly startedMs: number;
}

/**
 * On what grounds a session is revoked. Where `expiresMs` is named, only if the lease
 * still ends then, that is, if its holder has not renewed it since that was seen; or if it
 * was revoked before.
 */
export type RevokeGrounds =
	/** The lease has run out. */
	| { readonly when: "expired"; readonly expiresMs: number }
	/** Its holder has fallen silent, and was last heard of by the store SILENT_LEASE_MS ago. */
	| { readonly when: "silent"; readonly expiresMs: number }
	/** The caller knows the node dead. */
	| { readonly when: "now" };

export interface RevokeRequest {
	readonly session: SessionName;
	/** The node that asks, and what it knows that it and others have seen: at most DEATH_SIGHTINGS_MAX. Kept with the death. */
	readonly by?: string;
	readonly saw?: readonly Sighting[];
	readonly grounds: RevokeGrounds;
	/** At most REVOKE_BATCH_MAX tasks in one call. */
	readonly limit: number;
	/** Whether the session's node has lost tasks in other shards, too; undefined: nobody has looked yet. */
	readonly lostElsewhere?: boolean;
}

/** How the lease of a session was taken that may have been alive. */
export interface Death {
	readonly epoch: number;
	readonly atMs: number;
	readonly grounds: DeathGrounds;
	/** The node that took it; "" if it did not say. */
	readonly by: string;
	/** What was left of the lease; negative: so long ago it had run out. */
	readonly leaseLeftMs: number;
	/** That the session was running. */
	readonly tasks: number;
	readonly saw: readonly Sighting[];
}

export interface Deaths {
	readonly nowMs: number;
	/** Newest first; at most DEATHS_KEPT_MAX. */
	readonly deaths: readonly Death[];
}

export interface PutBack {
	/** Tasks put back, by route; ended ones (their node lost once too often with nothing else on it) are not in it. */
	readonly putBack: readonly RoutedCount[];
	/** Tasks of the session still to be put back: call again. */
	readonly left: number;
}
export type RevokeReply =
	| ({
			readonly ok: true;
			/** By this call, from a session that may have been alive. */
			readonly taken?: true;
	  } & PutBack)
	/** Its holder has renewed it since, or it is too early; nothing was done. */
	| { readonly ok: false; readonly code: "renewed" }
	/**
	 * The lease is taken, and nothing put back yet: the one task that its node has lost here has
	 * lost its node too often, and it matters whether that has `lostElsewhere`. Call again, and
	 * say so.
	 */
	| {
			readonly ok: false;
			readonly code: "suspect";
			/** When the node's life began, as its record says. */
			readonly startedMs: number;
	  };

/** Tasks that became waiting on a route: what an announcement is made from. */
export interface RoutedCount {
	readonly route: Route;
	readonly count: number;
	readonly topPriority: number;
}

/** The sessions of a shard. What holds for all of its methods stands at `Shard`. */
export interface ShardSessions {
	/**
	 * A new session with a new epoch, higher than the node's last in this shard (every shard
	 * counts its own); an earlier session of the node is revoked. Sent again by the same life,
	 * which has not heard of the session that it opened, it renews that one instead.
	 */
	open(request: OpenRequest): Promise<OpenReply>;
	/**
	 * To be called whenever the store has come back: raises the generation where
	 * the store has restarted, is behind the one known, or has come to the
	 * same number by another raise. Returns it. Until then claims answer
	 * `stale_generation`. Sessions and leases stay as they are.
	 */
	adopt(known: Generation): Promise<Generation>;
	/**
	 * Replaces the record of a session's node, for instance when it drains, or puts it back.
	 * The node's name, as `open` gives it; the record's if the session is over, and nothing
	 * was done.
	 */
	describe(session: SessionName, record: NodeRecord): Promise<string>;
	/**
	 * Renews the lease, and looks around: the one call that every node makes every second. It
	 * also says when the code of attempts has begun; at most BEGUN_TOLD_MAX.
	 */
	pulse(
		session: SessionName,
		ttlMs: number,
		known?: RoutesKnown,
		begun?: readonly Begun[],
	): Promise<Pulse>;
	/**
	 * Says goodbye: ends the own session. Tasks that it still runs wait again, as if handed
	 * back; at most `limit` of them in one call, and REVOKE_BATCH_MAX.
	 */
	close(session: SessionName, limit: number): Promise<PutBack>;
	revoke(request: RevokeRequest): Promise<RevokeReply>;
	/**
	 * How many tasks this life of a node has lost with its sessions here, whoever took them and
	 * whatever became of the tasks; those of a session that it has not renewed for OVERDUE_MS
	 * count as lost. Undefined: it lives here, or is not known (any more).
	 */
	lostWith(life: NodeLife): Promise<number | undefined>;
	/** How the node's sessions were lost, for as long as it is remembered. */
	deaths(nodeId: string): Promise<Deaths>;
	/** Marks a node's session, for the node to find and drain. False: it holds no lease. */
	askToDrain(nodeId: string): Promise<boolean>;
	/** Tasks that the store believes the session runs; at most RECONCILE_MAX. */
	running(session: SessionName): Promise<readonly AttemptName[]>;
	/**
	 * Those of these attempts that are not the session's: their task has another holder, or
	 * none. In order; at most UNLISTED_BATCH_MAX. A store that lost writes may have forgotten
	 * the claim that brought them.
	 */
	unlisted(
		session: SessionName,
		attempts: readonly AttemptName[],
	): Promise<AttemptName[]>;
	/** All registered nodes. Records of nodes without a lease for DEAD_NODE_KEPT_MS are left out, and forgotten by `pulse`. */
	nodes(): Promise<Registry>;
}
