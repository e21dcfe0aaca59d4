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
/** The shard in which all nodes are registered: of it the store is asked how nodes died. */
const KEEPER = 0;

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
		return [...new Set(this.#unasked.splice(0))];
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
		// A node that comes again ends its own former session, before anybody finds it dead.
		const told = why === "superseded" ? "restarted" : why;
		const grounds = DEATH_GROUNDS.find((each) => each === told);
		// It said goodbye, and ran nothing.
		if (grounds === undefined) return;
		const { nodeId: node, epoch } = parseSession(session);
		const death = this.#lose({ node, shard, epoch, atMs });
		// Those go with who took the lease, which is told of one shard.
		if (shard === KEEPER || !death.epochs.has(KEEPER)) death.grounds = grounds;
		death.ran.set(shard, tasks);
		death.isTold = false;
	}

	cutOff({ node, shard, epoch, endedMs: atMs }: Cut): void {
		const death = this.#lose({ node, shard, epoch, atMs });
		death.cut += 1;
		death.isTold = false;
	}

	movedTo(to: string, cut: Cut, afterMs: number): void {
		const death = this.#exactly(cut);
		if (death === undefined) return;
		death.moved += 1;
		death.movedTo.set(to, (death.movedTo.get(to) ?? 0) + 1);
		death.slowestMs = Math.max(death.slowestMs ?? 0, afterMs);
		death.isTold = false;
	}

	over(cut: Cut): void {
		const death = this.#exactly(cut);
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
		const lost = { node, shard: KEEPER, epoch, atMs };
		const known = this.#find(lost);
		const death = known ?? this.#begin(lost);
		death.epochs.set(KEEPER, epoch);
		if (known === undefined) {
			death.ran.set(KEEPER, tasks);
			death.isPartial = true;
		}
		death.grounds = grounds;
		death.by = by === "" ? undefined : by;
		death.isTold = false;
	}

	/** The death that a session is of which events say that it was lost. */
	#lose(lost: Lost): DeathTold {
		const known = this.#find(lost);
		const death = known ?? this.#begin(lost);
		// The store keeps how it died with its session in one shard, and other shards may have told first.
		const isKept = lost.shard === KEEPER && !death.epochs.has(KEEPER);
		if (known === undefined || isKept) this.#unasked.push(death);
		death.epochs.set(lost.shard, lost.epoch);
		return death;
	}

	#begin({ node, epoch, atMs }: Lost): DeathTold {
		const death = newDeath(node, epoch, atMs);
		this.#deaths.push(death);
		this.#deaths.sort((a, b) => a.atMs - b.atMs);
		return death;
	}

	/**
	 * A node may die twice within seconds, and a shard tell of both before another tells of either: a session that is of none yet
	 * is of the nearest that has none of its shard.
	 */
	#find(lost: Lost): DeathTold | undefined {
		const apart = ({ atMs }: DeathTold) => Math.abs(lost.atMs - atMs);
		return (
			this.#exactly(lost) ??
			this.#deaths
				.filter(({ node, epochs }) => {
					return node === lost.node && !epochs.has(lost.shard);
				})
				.filter((death) => apart(death) < TOGETHER_MS)
				.sort((a, b) => apart(a) - apart(b))[0]
		);
	}

	/** The one that is known to be of this session. */
	#exactly(lost: Omit<Lost, "atMs">): DeathTold | undefined {
		return this.#deaths.findLast(
			({ node, epochs }) =>
				node === lost.node && epochs.get(lost.shard) === lost.epoch,
		);
	}
}

/** A session of a node in one shard, and when its lease was taken. */
interface Lost {
	readonly node: string;
	readonly shard: number;
	readonly epoch: number;
	readonly atMs: number;
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
