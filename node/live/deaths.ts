/**
 * Deaths: which nodes have lost their leases lately, and what has become of the tasks that they ran. A node has a
 * session in each shard, which are lost one after the other: those of a while are one death.
 */
import { parseSession, type SessionName } from "../../protocol/lease.ts";
import { LIVE_DEATHS_MAX, LIVE_DEATHS_MS } from "../../protocol/limits.ts";
import { DEATH_GROUNDS, type DeathGrounds } from "../../protocol/loss.ts";
import type { Cut, CutListener } from "./attempts.ts";

export interface DeathTold {
	readonly node: string;
	/** Of the session that was seen lost first. */
	readonly epoch: number;
	/** Of the sessions lost, by shard. */
	readonly epochs: Map<number, number>;
	readonly atMs: number;
	grounds: DeathGrounds;
	by: string | undefined;
	/** By shard: what the lost session ran, as the store has counted. */
	readonly ran: Map<number, number>;
	cut: number;
	readonly movedTo: Map<string, number>;
	moved: number;
	over: number;
	slowestMs: number | undefined;
	isPartial: boolean;
	isTold: boolean;
}

/** The sessions of a node are lost within this, of whatever shard. */
const TOGETHER_MS = 15_000;

export class Deaths implements CutListener {
	/** Oldest first. */
	#deaths: DeathTold[] = [];
	/** Of those of which it is not known who took the lease. */
	readonly #unasked: DeathTold[] = [];

	/** Newest first, of the last minutes. */
	get all(): readonly DeathTold[] {
		return this.#deaths.slice(-LIVE_DEATHS_MAX).reverse();
	}

	get untold(): readonly DeathTold[] {
		return this.all.filter(({ isTold }) => !isTold);
	}

	/** The nodes of which more is to be asked, each once. */
	takeUnasked(): readonly DeathTold[] {
		return this.#unasked.splice(0);
	}

	pass(nowMs: number): void {
		const sinceMs = nowMs - LIVE_DEATHS_MS;
		this.#deaths = this.#deaths.filter(({ atMs }) => atMs > sinceMs);
	}

	/** The store tells that a session was revoked. */
	revoked(
		session: SessionName,
		shard: number,
		atMs: number,
		why: string,
		tasks: number,
	): void {
		const grounds = DEATH_GROUNDS.find((each) => each === why);
		// It said goodbye, and ran nothing.
		if (grounds === undefined) return;
		const { nodeId, epoch } = parseSession(session);
		const death = this.#deathOf(nodeId, shard, epoch, atMs);
		death.grounds = grounds;
		death.ran.set(shard, tasks);
		death.isTold = false;
	}

	cutOff({ node, endedMs }: Cut, shard: number, epoch: number): void {
		const death = this.#deathOf(node, shard, epoch, endedMs);
		death.cut += 1;
		death.isTold = false;
	}

	movedTo(to: string, cut: Cut, afterMs: number): void {
		const death = this.#find(cut.node, cut.endedMs);
		if (death === undefined) return;
		death.moved += 1;
		death.movedTo.set(to, (death.movedTo.get(to) ?? 0) + 1);
		death.slowestMs = Math.max(death.slowestMs ?? 0, afterMs);
		death.isTold = false;
	}

	over(cut: Cut): void {
		const death = this.#find(cut.node, cut.endedMs);
		if (death === undefined) return;
		death.over += 1;
		death.isTold = false;
	}

	/** The store has kept this one: of which events told, or from before they did. */
	kept(
		node: string,
		{ epoch, atMs, grounds, by, tasks }: KeptDeath,
		sinceMs: number,
	): void {
		if (atMs <= sinceMs) return;
		const known = this.#deaths.find(
			(death) =>
				death.node === node &&
				(death.epochs.get(0) ?? epoch) === epoch &&
				Math.abs(death.atMs - atMs) < TOGETHER_MS,
		);
		const death = known ?? this.#deathOf(node, 0, epoch, atMs);
		if (known === undefined) {
			death.ran.set(0, tasks);
			death.isPartial = true;
		}
		death.grounds = grounds;
		death.by = by === "" ? undefined : by;
		death.isTold = false;
		this.#deaths.sort((a, b) => a.atMs - b.atMs);
	}

	#deathOf(
		node: string,
		shard: number,
		epoch: number,
		atMs: number,
	): DeathTold {
		const known = this.#deaths.findLast(
			(death) =>
				death.node === node &&
				(death.epochs.get(shard) ?? epoch) === epoch &&
				(death.epochs.has(shard) || Math.abs(atMs - death.atMs) < TOGETHER_MS),
		);
		const death = known ?? newDeath(node, epoch, atMs);
		death.epochs.set(shard, epoch);
		if (known === undefined) {
			this.#deaths.push(death);
			this.#unasked.push(death);
		}
		return death;
	}

	/** The one by which an attempt of the node was cut off then. */
	#find(node: string, endedMs: number): DeathTold | undefined {
		return this.#deaths.findLast(
			(death) => death.node === node && death.atMs <= endedMs + TOGETHER_MS,
		);
	}
}

/** As the store has kept it. */
export interface KeptDeath {
	readonly epoch: number;
	readonly atMs: number;
	readonly grounds: DeathGrounds;
	readonly by: string;
	readonly tasks: number;
}

function newDeath(node: string, epoch: number, atMs: number): DeathTold {
	return {
		...{ node, epoch, atMs, epochs: new Map(), grounds: "expired" },
		...{ by: undefined, ran: new Map(), cut: 0, movedTo: new Map() },
		...{ moved: 0, over: 0, slowestMs: undefined },
		...{ isPartial: false, isTold: false },
	};
}

/** Tasks that it ran, and that were cut off. */
export function tasksOf({ ran, cut }: DeathTold): number {
	return Math.max(
		cut,
		[...ran.values()].reduce((sum, tasks) => sum + tasks, 0),
	);
}
