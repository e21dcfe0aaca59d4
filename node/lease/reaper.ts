/**
 * Reaper: takes back the tasks of lost sessions, on one shard.
 *
 * Any node may reap any session at any time. The store decides atomically whether the
 * lease has really expired, so two reapers only share the work. Guarantees to reap
 * expired leases only while `mayReap` holds (this node has itself seen the store up for
 * one whole TTL), so that an outage, in which nobody could renew, revokes nobody.
 */

import { parseSession, type SessionName } from "../../protocol/lease.ts";
import { REVOKE_BATCH_MAX } from "../../protocol/limits.ts";
import type { Sighting } from "../../protocol/loss.ts";
import type { Route } from "../../protocol/route.ts";
import {
	type Clock,
	type Log,
	type NodeLife,
	type RevokeGrounds,
	type RevokeReply,
	type RoutedCount,
	type SeenLease,
	type Shard,
	StoreError,
} from "../ports.ts";

export interface ReaperParts {
	/** This node's id. */
	readonly self: string;
	/** See inquest.ts. */
	readonly inquest: {
		/** What is known to have been seen of a node. */
		sightingsOf(nodeId: string, grounds: RevokeGrounds): Sighting[];
	};
	/** See taken-leases.ts. */
	readonly takenLeases: {
		/** A lease of the node is about to be taken. */
		takes(nodeId: string): void;
	};
	readonly shard: Pick<Shard, "index" | "sessions">;
	readonly clock: Pick<Clock, "monoMs">;
	readonly log: Log;
	/** See renewer.ts. */
	readonly renewer: {
		/** Whether this node may judge other leases to have expired. */
		readonly mayReap: boolean;
	};
	/** See hinter.ts. */
	readonly hinter: {
		/** Tasks wait again. */
		hint(counts: readonly RoutedCount[]): void;
	};
	/** See roster.ts. */
	readonly roster: {
		/**
		 * A session of the node is over: others are to have what it ran. The node may live
		 * again already: only what it said in a session of such an epoch, or by such a time,
		 * counts no more.
		 */
		sessionOver(
			nodeId: string,
			words: { readonly epoch: number } | { readonly heardByMs: number },
		): void;
	};
	/** See runner.ts. */
	readonly runner: {
		/** A node has died, and what ran there may come here. */
		nodeLost(): void;
	};
	/** See heir.ts. */
	readonly heir: {
		/**
		 * A session of the node is being revoked. Returns how many of its tasks have come to
		 * this node right behind that.
		 */
		inherit(nodeId: string): Promise<ReadonlyMap<Route, number>>;
	};
	/** See coroner.ts. */
	readonly coroner: {
		/** Whether the life has lost, or may have lost, tasks in other shards than this one. */
		lostElsewhere(shard: number, life: NodeLife): Promise<boolean>;
	};
}

const LOSSES = {
	now: "a node is dead; its tasks were taken back",
	silent: "a node has fallen silent; its tasks were taken back",
	expired: "a lease had expired; its tasks were taken back",
} as const;

export class Reaper {
	readonly #parts: ReaperParts;
	/** The number of leases that this node took, by reason. */
	readonly taken = { expired: 0, silent: 0, now: 0 };
	/** Sessions being reaped by this node. */
	readonly #under = new Set<SessionName>();

	constructor(parts: ReaperParts) {
		this.#parts = parts;
	}

	/** Sessions whose lease looks expired, as a pulse has brought them. */
	async expired(leases: readonly SeenLease[]): Promise<void> {
		if (!this.#parts.renewer.mayReap) return;
		for (const { session, expiresMs } of leases)
			await this.reap(session, { when: "expired", expiresMs });
	}

	/**
	 * Puts a session's tasks back until none is left, if the store finds that the grounds
	 * hold. Returns whether the session is over.
	 */
	async reap(session: SessionName, grounds: RevokeGrounds): Promise<boolean> {
		const { shard, clock, log, hinter, runner, heir } = this.#parts;
		if (this.#under.has(session)) return false;
		this.#under.add(session);
		const beganMs = clock.monoMs();
		try {
			let tasks = 0;
			let taken = false;
			for (let left = 1; left > 0; ) {
				const revoking = this.#revoke(session, grounds);
				// In the same turn, so that the store answers both at once.
				const inheriting = heir.inherit(parseSession(session).nodeId);
				const reply = await revoking;
				if (!reply.ok) return false;
				// Another node may be the first to reap it, and this one may be given its tasks
				// all the same.
				if (!reply.noDeath) runner.nodeLost();
				// Before its tasks are shared out: it must get none of them.
				this.#sessionOver(session, reply, beganMs);
				if (reply.taken) this.taken[grounds.when] += 1;
				taken ||= reply.taken === true;
				left = reply.left;
				tasks += reply.putBack.reduce((sum, { count }) => sum + count, 0);
				hinter.hint(leftOf(reply.putBack, await inheriting));
			}
			const about = { shard: shard.index, session, tasks };
			// It left in good order, or another node was the first and says so.
			if (!taken && tasks === 0) log.debug(about, "a session was over already");
			else if (grounds.when === "expired") log.info(about, LOSSES.expired);
			else log.warn(about, LOSSES[grounds.when]);
			return true;
		} catch (error) {
			// The session stays listed as expired, so the next sweep goes on with it.
			if (!(error instanceof StoreError)) throw error;
			log.debug({ err: error, session }, "could not revoke a session");
			return false;
		} finally {
			this.#under.delete(session);
		}
	}

	/**
	 * Digests tell the epochs of the first shard only. In another one a session that was
	 * reaped long ago says nothing of how its node is now.
	 */
	#sessionOver(
		session: SessionName,
		{ taken, putBack }: Extract<RevokeReply, { ok: true }>,
		beganMs: number,
	): void {
		const { shard, roster } = this.#parts;
		const { nodeId, epoch } = parseSession(session);
		if (shard.index === 0) roster.sessionOver(nodeId, { epoch });
		else if (taken || putBack.length > 0)
			roster.sessionOver(nodeId, { heardByMs: beganMs });
	}

	/** Takes one step, and finds out whether a suspect was alone, if there is one. */
	async #revoke(
		session: SessionName,
		grounds: RevokeGrounds,
	): Promise<RevokeReply> {
		const { shard, coroner, self, inquest, takenLeases } = this.#parts;
		const { nodeId } = parseSession(session);
		// Its answer may never come, and the tasks be elsewhere all the same.
		takenLeases.takes(nodeId);
		const saw = inquest.sightingsOf(nodeId, grounds);
		const told = { by: self, saw };
		const request = { session, grounds, limit: REVOKE_BATCH_MAX, ...told };
		const reply = await shard.sessions.revoke(request);
		if (reply.ok || reply.code !== "suspect") return reply;
		const life = { nodeId, startedMs: reply.startedMs };
		const lostElsewhere = await coroner.lostElsewhere(shard.index, life);
		return await shard.sessions.revoke({ ...request, lostElsewhere });
	}
}

/** Of what was put back, what has not been taken since. */
function leftOf(
	putBack: readonly RoutedCount[],
	taken: ReadonlyMap<Route, number>,
): RoutedCount[] {
	return putBack
		.map((each) => {
			return { ...each, count: each.count - (taken.get(each.route) ?? 0) };
		})
		.filter(({ count }) => count > 0);
}
