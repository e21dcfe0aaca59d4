/**
 * SlotBook: how many of a node's slots are free, and which are promised to claims under
 * way.
 */
import type { TaskExit } from "./task-exit.ts";

export interface SlotBookParts {
	readonly concurrency: number;
	readonly executor: {
		/** Whether a job that comes now may begin soon. */
		readonly answers: boolean;
	};
	/** The exit of each shard. */
	readonly exits: readonly Pick<TaskExit, "finisher">[];
}

export class SlotBook {
	#reserved = 0;
	readonly #parts: SlotBookParts;
	readonly #holder: { readonly running: number };

	/** `holder` has the tasks in the slots that are taken. */
	constructor(parts: SlotBookParts, holder: { readonly running: number }) {
		this.#parts = parts;
		this.#holder = holder;
	}

	get free(): number {
		const { concurrency, executor, exits } = this.#parts;
		if (!executor.answers) return 0;
		let leaving = 0;
		for (const { finisher } of exits) {
			if (finisher.clogged) return 0;
			leaving += finisher.unsent;
		}
		const behind = Math.max(0, leaving - concurrency);
		const taken = this.#holder.running + this.#reserved + behind;
		return Math.max(0, concurrency - taken);
	}

	/**
	 * How many slots may be reserved at once: half of all. While one half runs the other is
	 * claimed, so that node and store work at the same time instead of in turn.
	 */
	get share(): number {
		return Math.ceil(this.#parts.concurrency / 2);
	}

	/**
	 * Takes up to so many free slots. With `orNone`, takes none if it can get neither all
	 * of them nor a share. Returns how many it got.
	 */
	reserve(slotsMax: number, orNone: boolean): number {
		const wanted = Math.min(slotsMax, this.share);
		const slots = Math.min(wanted, this.free);
		if (orNone && slots < wanted) return 0;
		this.#reserved += slots;
		return slots;
	}

	/** Takes so many free slots, or none if there are fewer; returns whether it did. */
	reserveAll(slots: number): boolean {
		if (slots > this.free) return false;
		this.#reserved += slots;
		return true;
	}

	/** Ends the reservation of slots that are taken now, or come back unused. */
	release(slots: number): void {
		this.#reserved -= slots;
	}
}
