/**
 * Pledges: slots that one shard's claimer has set aside for calls which may bring tasks,
 * until their answers are here.
 *
 * The shards of a node share its slots, so one that answers nobody must not keep them from
 * the others. Slots of a shard that is silent can be recalled: whoever takes them may
 * have them, and the shard gets no more until it has answered what it owes. The answer may
 * yet come, with tasks: those get slots that are free by then, and the rest has none.
 */
import type { Clock } from "../ports.ts";

/** The node's slots: see runner.ts. */
export interface SlotBook {
	/** Takes up to so many free slots, or none where it cannot be all it might; returns how many. */
	reserve(slotsMax: number, orNone: boolean): number;
	/** Takes so many free slots, or none; returns whether it did. */
	reserveAll(slots: number): boolean;
	release(slots: number): void;
}

/** Slots set aside for one call. */
export interface Pledge {
	readonly slots: number;
	/** Others may have them by now. */
	isRecalled: boolean;
}

export interface PledgesParts {
	readonly slots: SlotBook;
	readonly clock: Clock;
}

export class Pledges {
	/** Those that were not recalled, of calls that are not answered. */
	#open: Pledge[] = [];
	/** Calls that are not answered, and whose slots were recalled. */
	#recalled = 0;
	/** Since when nothing has come of the calls that are not answered. */
	#silentMs = 0;
	readonly #parts: PledgesParts;

	constructor(parts: PledgesParts) {
		this.#parts = parts;
	}

	/** Since when the shard owes answers and has given none; undefined: no slots are set aside for any. */
	get silentSinceMs(): number | undefined {
		return this.#open.length === 0 ? undefined : this.#silentMs;
	}

	/** The shard owes answers for which it has no slots any more. */
	get isSilent(): boolean {
		return this.#recalled > 0;
	}

	/** For a call that is sent now: see `SlotBook.reserve`. Undefined: there are none. */
	take(slotsMax: number, orNone: boolean): Pledge | undefined {
		if (this.isSilent) return undefined;
		const slots = this.#parts.slots.reserve(slotsMax, orNone);
		return slots === 0 ? undefined : this.#make(slots);
	}

	/** For a call that is sent now and can do with no fewer. */
	takeAll(slots: number): Pledge | undefined {
		if (this.isSilent) return undefined;
		return this.#parts.slots.reserveAll(slots) ? this.#make(slots) : undefined;
	}

	#make(slots: number): Pledge {
		if (this.#open.length === 0) this.#silentMs = this.#parts.clock.monoMs();
		const pledge = { slots, isRecalled: false };
		this.#open.push(pledge);
		return pledge;
	}

	/** The shard is silent: its slots are free again. */
	recall(): void {
		let slots = 0;
		for (const pledge of this.#open) {
			pledge.isRecalled = true;
			slots += pledge.slots;
		}
		this.#recalled += this.#open.length;
		this.#open = [];
		this.#parts.slots.release(slots);
	}

	/** The answer has brought so many tasks. Returns how many of them have a slot each. */
	fill({ isRecalled }: Pledge, tasks: number): number {
		return isRecalled ? this.#parts.slots.reserve(tasks, false) : tasks;
	}

	/** The call is over; so many of its slots are used. */
	end(pledge: Pledge, used: number): void {
		if (pledge.isRecalled) {
			this.#recalled -= 1;
			return;
		}
		this.#open.splice(this.#open.indexOf(pledge), 1);
		this.#silentMs = this.#parts.clock.monoMs();
		this.#parts.slots.release(pledge.slots - used);
	}
}
