/**
 * Pledges: slots that one shard's claimer has set aside for calls that may bring tasks,
 * until their answers are here.
 *
 * The shards of a node share its slots, so a shard that answers nobody must not keep
 * slots from the others. The slots of a silent shard can be recalled: whoever takes them
 * may have them, and the shard gets no more until it has answered what it owes. The
 * answer may still come, with tasks: as many as find free slots then have one, and the
 * rest have none. The same holds for the places of types of which only so many fit.
 */
import type { Route } from "../../protocol/route.ts";
import type { Clock } from "../ports.ts";
import { NO_ROOMS, type TypeRoom } from "./type-caps.ts";

/** The node's slots: see runner.ts. */
export interface SlotBook {
	/**
	 * Takes up to so many free slots. With `orNone`, takes none if it can get neither all of
	 * them nor a share. Returns how many it got.
	 */
	reserve(slotsMax: number, orNone: boolean): number;
	/** Takes so many free slots, or none; returns whether it did. */
	reserveAll(slots: number): boolean;
	release(slots: number): void;
}

/** How many tasks of each type fit: see type-caps.ts. */
export interface TypePlaces {
	/** Sets a place aside for a task of each route; undefined if they do not all fit. */
	setAsideAll(routes: readonly Route[]): readonly TypeRoom[] | undefined;
	giveBack(rooms: readonly TypeRoom[]): void;
}

/** Slots set aside for one call. */
export interface Pledge {
	readonly slots: number;
	/** The places set aside with them, for types of which only so many fit. */
	rooms: readonly TypeRoom[];
	/** Whether others may have the slots by now. */
	isRecalled: boolean;
}

export interface PledgesParts {
	readonly slots: SlotBook;
	readonly caps: TypePlaces;
	readonly clock: Clock;
}

export class Pledges {
	/** The pledges of unanswered calls that were not recalled. */
	#open: Pledge[] = [];
	/** The number of unanswered calls whose slots were recalled. */
	#recalled = 0;
	/** Since when the unanswered calls have brought nothing. */
	#silentMs = 0;
	readonly #parts: PledgesParts;

	constructor(parts: PledgesParts) {
		this.#parts = parts;
	}

	/**
	 * Since when the shard has owed answers and given none; undefined if no slots are set
	 * aside for any.
	 */
	get silentSinceMs(): number | undefined {
		return this.#open.length === 0 ? undefined : this.#silentMs;
	}

	/** Whether the shard owes answers for which it has no slots any more. */
	get isSilent(): boolean {
		return this.#recalled > 0;
	}

	/**
	 * Sets slots aside for a call that is sent now: see `SlotBook.reserve`. Undefined if
	 * there are none.
	 */
	take(slotsMax: number, orNone: boolean): Pledge | undefined {
		if (this.isSilent) return undefined;
		const slots = this.#parts.slots.reserve(slotsMax, orNone);
		return slots === 0 ? undefined : this.#make(slots);
	}

	/** Sets slots aside for a call that is sent now and needs one for each of these routes. */
	takeAll(routes: readonly Route[]): Pledge | undefined {
		if (this.isSilent) return undefined;
		const { slots, caps } = this.#parts;
		const rooms = caps.setAsideAll(routes);
		if (rooms === undefined) return undefined;
		if (!slots.reserveAll(routes.length)) {
			caps.giveBack(rooms);
			return undefined;
		}
		const pledge = this.#make(routes.length);
		pledge.rooms = rooms;
		return pledge;
	}

	#make(slots: number): Pledge {
		if (this.#open.length === 0) this.#silentMs = this.#parts.clock.monoMs();
		const pledge = { slots, rooms: NO_ROOMS, isRecalled: false };
		this.#open.push(pledge);
		return pledge;
	}

	/** The shard is silent: frees its slots. */
	recall(): void {
		let slots = 0;
		for (const pledge of this.#open) {
			pledge.isRecalled = true;
			slots += pledge.slots;
			this.#giveRoomsBack(pledge);
		}
		this.#recalled += this.#open.length;
		this.#open = [];
		this.#parts.slots.release(slots);
	}

	/** The answer has brought so many tasks. Returns how many of them have a slot. */
	fill(pledge: Pledge, tasks: number): number {
		this.#giveRoomsBack(pledge);
		return pledge.isRecalled ? this.#parts.slots.reserve(tasks, false) : tasks;
	}

	/** The call is over; so many of its slots are used. */
	end(pledge: Pledge, used: number): void {
		this.#giveRoomsBack(pledge);
		if (pledge.isRecalled) {
			this.#recalled -= 1;
			return;
		}
		this.#open.splice(this.#open.indexOf(pledge), 1);
		this.#silentMs = this.#parts.clock.monoMs();
		this.#parts.slots.release(pledge.slots - used);
	}

	#giveRoomsBack(pledge: Pledge): void {
		if (pledge.rooms.length === 0) return;
		this.#parts.caps.giveBack(pledge.rooms);
		pledge.rooms = NO_ROOMS;
	}
}
