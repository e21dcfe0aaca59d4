/**
 * Deaths: which nodes have lost their leases lately, and what has become of the tasks that they ran. A node has a
 * session in each shard, which are lost one after the other: those of a while are one death, see lost-sessions.ts.
 */
import { parseSession, type SessionName } from "../../protocol/lease.ts";
import { LIVE_DEATHS_MAX, LIVE_DEATHS_MS } from "../../protocol/limits.ts";
import { DEATH_GROUNDS, type DeathGrounds } from "../../protocol/loss.ts";
import type { Cut, CutListener } from "./attempts.ts";
import {
	type DeathTold,
	KEEPER,
	type LostName,
	LostSession,
	LostSessions,
} from "./lost-sessions.ts";

export class Deaths implements CutListener {
	readonly #lost = new LostSessions();
	/** Nodes that died, and whose lease somebody took of whom nothing is known yet. */
	#unasked = new Set<string>();

	/** The deaths of the last minutes, newest first. */
	get all(): readonly DeathTold[] {
		return this.#lost.deaths.slice(-LIVE_DEATHS_MAX).reverse();
	}

	get untold(): readonly DeathTold[] {
		return this.all.filter(({ isTold }) => !isTold);
	}

	/** The nodes whose deaths the store is to be asked about. */
	takeUnasked(): readonly string[] {
		const unasked = [...this.#unasked];
		this.#unasked = new Set();
		return unasked;
	}

	pass(nowMs: number): void {
		this.#lost.forgetUntil(nowMs - LIVE_DEATHS_MS);
	}

	/** An event says that a session was revoked. */
	revoked(
		session: SessionName,
		shard: number,
		atMs: number,
		why: string,
		tasks: number,
	): void {
		// A node that comes back ends its own former session before anybody finds it dead.
		const told = why === "superseded" ? "restarted" : why;
		const grounds = DEATH_GROUNDS.find((each) => each === told);
		// It said goodbye, and ran nothing.
		if (grounds === undefined) return;
		const { nodeId: node, epoch } = parseSession(session);
		const lost = this.#lose({ node, shard, epoch }, atMs);
		lost.grounds = grounds;
		lost.ran = tasks;
	}

	cutOff({ endedMs, ...cut }: Cut): void {
		this.#lose(cut, endedMs).cut += 1;
	}

	movedTo(to: string, cut: Cut, afterMs: number): void {
		const lost = this.#lost.find(cut);
		if (lost === undefined) return;
		lost.movedTo.set(to, (lost.movedTo.get(to) ?? 0) + 1);
		lost.slowestMs = Math.max(lost.slowestMs ?? 0, afterMs);
		this.#lost.changed(lost);
	}

	over(cut: Cut): void {
		const lost = this.#lost.find(cut);
		if (lost === undefined) return;
		lost.over += 1;
		this.#lost.changed(lost);
	}

	/** The store's record of a death, of which events have told, or which is older than they are. */
	kept(
		node: string,
		{ epoch, atMs, grounds, by, tasks }: KeptDeath,
		sinceMs: number,
	): void {
		if (atMs <= sinceMs) return;
		const name = { node, shard: KEEPER, epoch };
		const known = this.#lost.find(name);
		const lost = known ?? new LostSession(name, atMs);
		lost.grounds = grounds;
		lost.by = by === "" ? undefined : by;
		lost.ran ??= tasks;
		if (known === undefined) {
			const begun = this.#lost.add(lost);
			if (begun?.founder === lost) begun.isPartial = true;
		}
		this.#lost.changed(lost);
	}

	/** The session that events report as lost. */
	#lose(name: LostName, atMs: number): LostSession {
		const known = this.#lost.find(name);
		const lost = known ?? new LostSession(name, atMs);
		if (known === undefined) {
			const begun = this.#lost.add(lost);
			// How it died is kept with its session in one shard, and other shards may have told first.
			if (begun !== undefined || lost.shard === KEEPER)
				this.#unasked.add(lost.node);
		}
		this.#lost.changed(lost);
		return lost;
	}
}

/** The store's record of a death. */
export interface KeptDeath {
	readonly epoch: number;
	readonly atMs: number;
	readonly grounds: DeathGrounds;
	readonly by: string;
	readonly tasks: number;
}
