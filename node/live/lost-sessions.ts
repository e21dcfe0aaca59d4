/**
 * LostSessions: the sessions that nodes have lost lately, put together as deaths.
 *
 * A node has a session in each shard. When it dies they are lost one after the other, and which shard tells first differs.
 * The first session that is told begins a death, and that one stays with it. Every other is of the death that begins
 * nearest to it in time, with at most one session of a shard in a death. A node may die again within seconds, and its
 * shards tell of that in any order: so sessions are dealt out anew, nearest first, whenever one comes, and one that has
 * been with a death before may go to another. A session that no death has room for begins one. Of what is equally near
 * the oldest comes first, and within a millisecond that with the lowest number: so it does not matter what is told first.
 */
import type { DeathGrounds } from "../../protocol/loss.ts";

/** A node that dies loses its sessions in all shards within this time. */
const TOGETHER_MS = 15_000;
/** The shard in which all nodes are registered, and which is asked how they died. */
export const KEEPER = 0;

/** Names a session of a node in one shard. */
export interface LostName {
	readonly node: string;
	readonly shard: number;
	readonly epoch: number;
}

/** A lost session: what is known about it, and about what it ran. */
export class LostSession implements LostName {
	readonly node: string;
	readonly shard: number;
	readonly epoch: number;
	/** When its lease was taken. */
	readonly atMs: number;
	grounds: DeathGrounds | undefined;
	/** Who took the lease, according to shard KEEPER. */
	by: string | undefined;
	/** How many tasks it ran, as the store counted them. */
	ran: number | undefined;
	cut = 0;
	readonly movedTo = new Map<string, number>();
	over = 0;
	slowestMs: number | undefined;

	constructor({ node, shard, epoch }: LostName, atMs: number) {
		this.node = node;
		this.shard = shard;
		this.epoch = epoch;
		this.atMs = atMs;
	}
}

export class DeathTold {
	/** The session that was seen lost first. */
	readonly founder: LostSession;
	/** The sessions of this death, by shard. */
	readonly sessions = new Map<number, LostSession>();
	isPartial = false;
	isTold = false;

	constructor(founder: LostSession) {
		this.founder = founder;
		this.sessions.set(founder.shard, founder);
	}

	/** Sets the session of that shard which belongs to this death, or none. */
	hold(shard: number, session: LostSession | undefined): void {
		if (this.sessions.get(shard) === session) return;
		this.sessions.delete(shard);
		if (session !== undefined) this.sessions.set(shard, session);
		this.isTold = false;
	}

	get node(): string {
		return this.founder.node;
	}

	get shard(): number {
		return this.founder.shard;
	}

	get epoch(): number {
		return this.founder.epoch;
	}

	get atMs(): number {
		return this.founder.atMs;
	}

	/** The grounds on which the lease was taken, as far as they are known. */
	get grounds(): DeathGrounds {
		const told = this.#all.find(({ grounds }) => grounds !== undefined);
		const { grounds = told?.grounds } = this.sessions.get(KEEPER) ?? {};
		return grounds ?? "expired";
	}

	get by(): string | undefined {
		return this.sessions.get(KEEPER)?.by;
	}

	/** How many tasks were cut off. */
	get tasks(): number {
		return Math.max(
			this.#sum(({ cut }) => cut),
			this.#sum(({ ran = 0 }) => ran),
		);
	}

	get movedTo(): ReadonlyMap<string, number> {
		const all = new Map<string, number>();
		for (const { movedTo } of this.#all)
			for (const [to, tasks] of movedTo)
				all.set(to, (all.get(to) ?? 0) + tasks);
		return all;
	}

	get moved(): number {
		return [...this.movedTo.values()].reduce((sum, tasks) => sum + tasks, 0);
	}

	get over(): number {
		return this.#sum(({ over }) => over);
	}

	get slowestMs(): number | undefined {
		const all = this.#all.flatMap(({ slowestMs }) => slowestMs ?? []);
		return all.length === 0 ? undefined : Math.max(...all);
	}

	get #all(): LostSession[] {
		return [...this.sessions.values()];
	}

	#sum(of: (session: LostSession) => number): number {
		return this.#all.reduce((sum, session) => sum + of(session), 0);
	}
}

export class LostSessions {
	/** The deaths, oldest first. */
	#deaths: DeathTold[] = [];

	/** All deaths, oldest first. */
	get deaths(): readonly DeathTold[] {
		return this.#deaths;
	}

	find({ node, shard, epoch }: LostName): LostSession | undefined {
		return this.#deaths
			.filter((death) => death.node === node)
			.map(({ sessions }) => sessions.get(shard))
			.findLast((session) => session?.epoch === epoch);
	}

	/** Adds an unknown session. Returns the death that begins with it, or with one that had to make room for it. */
	add(lost: LostSession): DeathTold | undefined {
		const its = this.#deaths.filter(({ node }) => node === lost.node);
		const homeless = deal(its, lost.shard, lost);
		if (homeless === undefined) return undefined;
		const begun = new DeathTold(homeless);
		this.#deaths.push(begun);
		this.#deaths.sort(inOrder);
		// Sessions of other shards may be nearer to it than to the death that they are with.
		const shards = new Set(its.flatMap(({ sessions }) => [...sessions.keys()]));
		for (const shard of shards) deal([...its, begun], shard);
		return begun;
	}

	/** More is known about the session. */
	changed(lost: LostSession): void {
		for (const death of this.#deaths)
			if (death.sessions.get(lost.shard) === lost) death.isTold = false;
	}

	forgetUntil(ms: number): void {
		this.#deaths = this.#deaths.filter(({ atMs }) => atMs > ms);
	}
}

function inOrder(
	a: Pick<LostSession, "shard" | "epoch" | "atMs">,
	b: Pick<LostSession, "shard" | "epoch" | "atMs">,
): number {
	return a.atMs - b.atMs || a.shard - b.shard || a.epoch - b.epoch;
}

/**
 * Deals the sessions of one shard out among the deaths of their node, nearest first, except those that began one.
 * `more`: one besides. Returns the one for which there is no room: more than one there cannot be, as there was room for
 * all but the one besides.
 */
function deal(
	deaths: readonly DeathTold[],
	shard: number,
	more?: LostSession,
): LostSession | undefined {
	const open = deaths.filter(({ founder }) => founder.shard !== shard);
	const held = open.flatMap(({ sessions }) => sessions.get(shard) ?? []);
	const left = new Set(more === undefined ? held : [...held, more]);
	const dealt = new Map<DeathTold, LostSession>();
	const pairs = open
		.flatMap((death) =>
			[...left].map((session) => {
				const apartMs = Math.abs(session.atMs - death.atMs);
				return { death, session, apartMs };
			}),
		)
		.filter(({ apartMs }) => apartMs < TOGETHER_MS)
		.sort(
			(a, b) =>
				a.apartMs - b.apartMs ||
				inOrder(a.death, b.death) ||
				inOrder(a.session, b.session),
		);
	for (const { death, session } of pairs)
		if (!dealt.has(death) && left.delete(session)) dealt.set(death, session);
	for (const death of open) death.hold(shard, dealt.get(death));
	return [...left][0];
}
