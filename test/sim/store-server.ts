/**
 * The store as one server that all nodes share: the twin, on a clock of its own, and what
 * can befall it. Down, it closes all connections. Frozen, it answers nobody and later
 * does everything that was asked of it. Started again, it may have lost its last writes,
 * or all of them. Up, it may refuse writes. Its clock goes on as the true time does,
 * except for the steps that it is made to take.
 *
 * It has keys for more shards than its cluster, for nodes that take the cluster to have
 * more.
 */
import {
	type Agreement,
	type Clock,
	type Shard,
	StoreError,
} from "../../node/ports.ts";
import type { VirtualClock } from "../clock.ts";
import type { ClusterNumber } from "../fakes/cluster-number.ts";
import type { MemoryShard } from "../fakes/shard.ts";
import type { Forgot } from "../fakes/shard-contents.ts";
import {
	createMemoryStore,
	type MemoryStore,
	type StoreImage,
} from "../fakes/store.ts";
import { linkShard } from "./linked-shard.ts";
import { type Refusing, refusalOf } from "./refusals.ts";

/** Breaks a rule of the store, to see whether that is found out. */
export type Tamper = (shard: MemoryShard, clock: Clock) => Shard;

/** The question before a node schedules: the number of shards, or why there is none. */
export type Agreeing = (
	number: ClusterNumber,
	shards: number,
	mayMake: boolean,
	isEmpty: boolean,
) => number | Exclude<Agreement, "agreed">;

/** What can befall one shard: nobody reaches it, and each caller is told so; or it answers nobody for a while. */
export type ShardTrouble = "gone" | "stalled";

/** The most shards that any simulated node takes its cluster to have. */
export const SHARDS_MAX = 4;

export class StoreServer {
	condition: "up" | "frozen" | "down" = "up";
	refusing: Refusing = "nothing";
	/** The cluster's shards, as its nodes reach them, for an observer. */
	readonly shards: readonly Shard[];
	/** The cluster's shards, as they are. */
	readonly truth: readonly MemoryShard[];
	/** All shards, as they are. */
	readonly every: readonly MemoryShard[];
	/** How the server answers the question for the number of shards; a mutant answers otherwise. */
	agreeing: Agreeing = (number, shards, mayMake, isEmpty) =>
		number.agree(shards, mayMake, isEmpty);
	readonly #memory: MemoryStore;
	/** The shards as mutants have them, the same for all nodes whatever their number: a mutant may keep count. */
	readonly #tampered: readonly Shard[];
	/** The number of shards of whoever asks, at each step. */
	readonly #asker: { shards: number | undefined } = { shards: undefined };
	readonly #severed = new Set<() => void>();
	#held: (() => void)[] = [];
	/**
	 * Shards that are not well although the server is, and since when those that were not
	 * are well again.
	 */
	readonly troubles = new Map<number, ShardTrouble>();
	readonly relievedMs = new Map<number, number>();
	readonly #stalled: (readonly [index: number, step: () => void])[] = [];
	readonly #clock: VirtualClock;
	/** How far its clock is ahead of the true time. */
	#aheadMs = 0;

	constructor(
		clock: VirtualClock,
		shards: number,
		tamper: Tamper,
		forgot: Forgot,
	) {
		this.#memory = createMemoryStore({
			shards: Math.max(shards, SHARDS_MAX),
			nowMs: () => clock.wallMs() + this.#aheadMs,
			...{ forgot, isNew: true },
		});
		this.#clock = clock;
		this.#tampered = this.#memory.shards.map((shard) =>
			tamper(shard.for(this.#asker), clock),
		);
		this.every = this.#memory.shards.map((shard) => shard.as(undefined));
		this.truth = this.every.slice(0, shards);
		this.shards = this.#seenBy(undefined).slice(0, shards);
	}

	/** The shards as a node reaches them that takes the cluster to have this number. */
	reach(shards: number): readonly Shard[] {
		return this.#seenBy(shards).slice(0, shards);
	}

	#seenBy(shards: number | undefined): readonly Shard[] {
		return this.#tampered.map((shard) =>
			linkShard(shard, (_name, step) => {
				this.#asker.shards = shards;
				return step();
			}),
		);
	}

	/** The cluster's number of shards, if it has one. A number that was fixed may be restored by hand. */
	get number(): number | undefined {
		return this.#home.contents.number.fixed;
	}

	set number(shards: number) {
		this.#home.contents.number.fixed = shards;
	}

	/** Whether a node that asks would find neither sessions nor tasks. */
	get isEmpty(): boolean {
		return this.#home.contents.isEmpty;
	}

	agree(
		shards: number,
		mayMake: boolean,
	): number | Exclude<Agreement, "agreed"> {
		const { number } = this.#home.contents;
		return this.agreeing(number, shards, mayMake, this.isEmpty);
	}

	get #home(): MemoryShard {
		return this.#memory.shards[0] as MemoryShard;
	}

	/** Takes in a request, for a shard if it names one. */
	receive(step: () => void, index?: number): void {
		if (this.condition === "frozen") this.#held.push(step);
		if (this.condition !== "up") return;
		if (index !== undefined && this.troubles.get(index) === "stalled")
			this.#stalled.push([index, step]);
		else step();
	}

	trouble(index: number, what: ShardTrouble): void {
		this.troubles.set(index, what);
	}

	/** Makes a shard well again, which then does what it was asked meanwhile. */
	relieve(index: number): void {
		this.troubles.delete(index);
		this.relievedMs.set(index, this.#clock.monoMs());
		const due = this.#stalled.filter(([of]) => of === index);
		const others = this.#stalled.filter(([of]) => of !== index);
		this.#stalled.splice(0, Infinity, ...others);
		for (const [, step] of due) this.receive(step);
	}

	/** Why this call would not be run now. */
	refusalOf(method: string, index?: number): StoreError | undefined {
		if (index !== undefined && this.troubles.get(index) === "gone")
			return new StoreError("unreachable", "the shard is not reachable");
		return refusalOf(method, this.refusing);
	}

	/** Steps the clock by whole milliseconds; below 0 it goes back. */
	stepClock(byMs: number): void {
		this.#aheadMs += byMs;
	}

	/** Tells a connection when the server closes it. */
	connect(severed: () => void): void {
		this.#severed.add(severed);
	}

	disconnect(severed: () => void): void {
		this.#severed.delete(severed);
	}

	freeze(): void {
		if (this.condition === "up") this.condition = "frozen";
	}

	thaw(): void {
		if (this.condition !== "frozen") return;
		this.condition = "up";
		const held = this.#held;
		this.#held = [];
		for (const step of held) step();
	}

	crash(): void {
		this.condition = "down";
		this.#held = [];
		this.#stalled.length = 0;
		const severed = [...this.#severed];
		this.#severed.clear();
		for (const tell of severed) tell();
	}

	/** What the disk would hold if the server crashed now. */
	save(): StoreImage {
		return this.#memory.save();
	}

	/** Empties all shards, or the first ones, while the server is up. */
	empty(shards?: number): void {
		this.#memory.empty(shards);
	}

	/** Deletes the record of a node from a shard, as somebody might by hand. */
	deleteRecord(nodeId: string, index: number): void {
		const { contents } = this.#memory.shards[index] as MemoryShard;
		const image = contents.save();
		image.sessions.lose(nodeId);
		contents.load(image);
	}

	/** Starts after a crash: with all data, or with what the image has of them. */
	start(image: StoreImage | undefined): void {
		this.#memory.restart(image);
		this.condition = "up";
	}
}
