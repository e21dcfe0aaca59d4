/**
 * The store as one server that all nodes share: the twin, on a clock of its own,
 * and what can befall it. Down, it closes all connections; frozen, it answers
 * nobody and later does all that was asked of it; started again, it may have
 * forgotten its last writes; up, it may refuse what writes. Its clock goes on as
 * the true time does, but for the steps that it is made to take.
 */
import type { Clock, Shard, StoreError } from "../../node/ports.ts";
import type { VirtualClock } from "../clock.ts";
import {
	createMemoryStore,
	type MemoryStore,
	type StoreImage,
} from "../fakes/store.ts";
import { type Refusing, refusalOf } from "./refusals.ts";

/** Breaks a rule of the store, to see whether that is found out. */
export type Tamper = (shard: Shard, clock: Clock) => Shard;

export class StoreServer {
	condition: "up" | "frozen" | "down" = "up";
	refusing: Refusing = "nothing";
	/** As the nodes reach them. */
	readonly shards: readonly Shard[];
	/** As they are. */
	readonly truth: readonly Shard[];
	readonly #memory: MemoryStore;
	readonly #severed = new Set<() => void>();
	#held: (() => void)[] = [];
	/** Its clock is so much ahead of the true time. */
	#aheadMs = 0;

	constructor(
		clock: VirtualClock,
		shards: number,
		tamper: Tamper,
		forgot: (id: string) => void,
	) {
		this.#memory = createMemoryStore({
			shards,
			nowMs: () => clock.wallMs() + this.#aheadMs,
			forgot,
		});
		this.truth = this.#memory.shards;
		this.shards = this.#memory.shards.map((shard) => tamper(shard, clock));
	}

	/** A request has come in. */
	receive(step: () => void): void {
		if (this.condition === "up") step();
		else if (this.condition === "frozen") this.#held.push(step);
	}

	/** Why this call would not be run now. */
	refusalOf(method: string): StoreError | undefined {
		return refusalOf(method, this.refusing);
	}

	/** Whole milliseconds; below 0 back. */
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
		const severed = [...this.#severed];
		this.#severed.clear();
		for (const tell of severed) tell();
	}

	/** What the disk would hold if the server crashed now. */
	save(): StoreImage {
		return this.#memory.save();
	}

	/** After a crash: with all its data, or with what the image has of them. */
	start(image: StoreImage | undefined): void {
		this.#memory.restart(image);
		this.condition = "up";
	}
}
