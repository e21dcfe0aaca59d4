/**
 * What a shard keeps of nodes: its registry, their sessions and leases, and what each
 * session runs.
 */
import type { SessionName } from "../../protocol/lease.ts";
import type { DeathGrounds, Sighting } from "../../protocol/loss.ts";
import type { Route } from "../../protocol/route.ts";
import type { Generation } from "../../protocol/token.ts";
import type { NodeLife, NodeRecord, RegisteredNode } from "./node-record.ts";
import type { OpenReply, OpenRequest } from "./store-opening.ts";
import type { Pulse, RoutesKnown } from "./store-pulse.ts";

/** All nodes of a shard, as of one moment of its clock. */
export interface Registry {
	readonly nowMs: number;
	/**
	 * As a pulse reports it. If it has risen, leases may be short although their holders
	 * live.
	 */
	readonly clockStepsBack: number;
	/**
	 * As a pulse reports it. If it has risen since, a node has come that is not listed
	 * here.
	 */
	readonly opens: number;
	/** When a session was last revoked; 0 if none ever was. */
	readonly lostMs: number;
	readonly nodes: RegisteredNode[];
}

/** What identifies an attempt. */
export interface AttemptName {
	readonly id: string;
	readonly token: number;
}

/** An attempt whose code has begun. */
export interface Begun extends AttemptName {
	/** In the store's time, as its holder estimates it. */
	readonly startedMs: number;
}

/**
 * On what grounds a session is revoked. With `expiresMs`, only if the lease still expires
 * then, that is, if its holder has not renewed it since that was seen; or if it was
 * revoked before.
 */
export type RevokeGrounds =
	/** The lease has expired. */
	| { readonly when: "expired"; readonly expiresMs: number }
	/** Its holder has fallen silent: the store last heard from it SILENT_LEASE_MS ago. */
	| { readonly when: "silent"; readonly expiresMs: number }
	/** The caller knows that the node is dead. */
	| { readonly when: "now" };

export interface RevokeRequest {
	readonly session: SessionName;
	/**
	 * The node that revokes, and what it knows that it and others have seen: at most
	 * DEATH_SIGHTINGS_MAX sightings. Kept with the death.
	 */
	readonly by?: string;
	readonly saw?: readonly Sighting[];
	readonly grounds: RevokeGrounds;
	/** At most REVOKE_BATCH_MAX tasks in one call. */
	readonly limit: number;
	/**
	 * Whether the session's node has lost tasks in other shards, too; undefined if nobody
	 * has looked yet.
	 */
	readonly lostElsewhere?: boolean;
}

/** How a session that may have been alive lost its lease. */
export interface Death {
	readonly epoch: number;
	readonly atMs: number;
	readonly grounds: DeathGrounds;
	/** The node that took it; "" if it did not say. */
	readonly by: string;
	/** What was left of the lease; negative if it had expired that long ago. */
	readonly leaseLeftMs: number;
	/** Tasks that the session was running. */
	readonly tasks: number;
	readonly saw: readonly Sighting[];
}

export interface Deaths {
	readonly nowMs: number;
	/** Newest first; at most DEATHS_KEPT_MAX. */
	readonly deaths: readonly Death[];
}

export interface PutBack {
	/**
	 * Tasks put back, by route. Tasks that ended (because their node was lost once too
	 * often with nothing else on it) are not included.
	 */
	readonly putBack: readonly RoutedCount[];
	/** Tasks of the session that are still to be put back: call again. */
	readonly left: number;
}
export type RevokeReply =
	| ({
			readonly ok: true;
			/** This call took the lease, from a session that may have been alive. */
			readonly taken?: true;
			/** Nobody has taken it, as far as the store knows: its holder left in good order. */
			readonly noDeath?: true;
	  } & PutBack)
	/** Its holder has renewed it since, or it is too early. Nothing was done. */
	| { readonly ok: false; readonly code: "renewed" }
	/**
	 * The lease is taken, and nothing is put back yet. The one task that the node was
	 * running here has lost its node too often, and so it matters whether the node has
	 * `lostElsewhere`. Call again, and say so.
	 */
	| {
			readonly ok: false;
			readonly code: "suspect";
			/** When the node's life began, according to its record. */
			readonly startedMs: number;
	  };

/** Tasks that came to wait on a route: what an announcement is made of. */
export interface RoutedCount {
	readonly route: Route;
	readonly count: number;
	readonly topPriority: number;
}

/** The sessions of a shard. `Shard` says what holds for all of its methods. */
export interface ShardSessions {
	/**
	 * Opens a session with an epoch higher than the node's last one in this shard (each
	 * shard counts its own), and revokes an earlier session of the node. If the same life
	 * sends it again because it has not heard of the session that it opened, that session
	 * is renewed instead.
	 */
	open(request: OpenRequest): Promise<OpenReply>;
	/**
	 * To be called whenever the store has come back. Raises the generation if the store has
	 * restarted, is behind the known one, or has come to the same number by another raise;
	 * returns it. Until then, claims answer `stale_generation`. Sessions and leases stay as
	 * they are.
	 */
	adopt(known: Generation): Promise<Generation>;
	/**
	 * Replaces the record of a session's node, for instance when it drains, or restores it.
	 * Returns the node's name, as `open` does; the record's name if the session is over and
	 * nothing was done.
	 */
	describe(session: SessionName, record: NodeRecord): Promise<string>;
	/**
	 * Renews the lease, and looks for what needs doing: the one call that every node makes
	 * about every second. It also reports when the code of attempts began; at most
	 * BEGUN_TOLD_MAX.
	 */
	pulse(
		session: SessionName,
		ttlMs: number,
		known?: RoutesKnown,
		begun?: readonly Begun[],
	): Promise<Pulse>;
	/**
	 * Says goodbye: ends the caller's own session. Tasks that it still runs wait again, as
	 * if handed back; at most `limit` in one call, and REVOKE_BATCH_MAX.
	 */
	close(session: SessionName, limit: number): Promise<PutBack>;
	revoke(request: RevokeRequest): Promise<RevokeReply>;
	/**
	 * How many tasks this life of a node has lost with its sessions here, whoever took them
	 * and whatever became of the tasks. Tasks of a session that has not been renewed for
	 * OVERDUE_MS count as lost. Undefined if the life goes on here, or is not known (any
	 * more).
	 */
	lostWith(life: NodeLife): Promise<number | undefined>;
	/** How the node's sessions were lost, for as long as the node is remembered. */
	deaths(nodeId: string): Promise<Deaths>;
	/**
	 * Marks a node's session, for the node to find and drain. False if it holds no lease.
	 */
	askToDrain(nodeId: string): Promise<boolean>;
	/** Tasks that the store believes the session runs; at most RECONCILE_MAX. */
	running(session: SessionName): Promise<readonly AttemptName[]>;
	/**
	 * Those of these attempts that are not the session's, because their task has another
	 * holder or none. In order; at most UNLISTED_BATCH_MAX. A store that lost writes may
	 * have lost the claim that brought them.
	 */
	unlisted(
		session: SessionName,
		attempts: readonly AttemptName[],
	): Promise<AttemptName[]>;
	/**
	 * All registered nodes. Records of nodes that have had no lease for DEAD_NODE_KEPT_MS
	 * are left out, and discarded by `pulse`.
	 */
	nodes(): Promise<Registry>;
}
