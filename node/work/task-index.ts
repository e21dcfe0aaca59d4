/**
 * Finds what is under way by the id of its task; several things may have one id.
 *
 * It is a table of chains that run through the things themselves, and not a Map: see
 * `slot-map.ts` for what a Map costs if entries come and go.
 */
import { hash32 } from "../../protocol/shard.ts";

/** The number of chains: the most tasks that a node has, so that a chain has at most one thing on average. */
const CHAINS = 4_096;

export interface Indexed<T> {
	readonly id: string;
	/** The chain of its id, from `chainOf`. */
	readonly chain: number;
	/** The next thing in the same chain; kept by the index. */
	next: T | undefined;
}

export function chainOf(id: string): number {
	return hash32(id) % CHAINS;
}

export class TaskIndex<T extends Indexed<T>> {
	readonly #first: (T | undefined)[] = Array(CHAINS).fill(undefined);

	add(thing: T): void {
		thing.next = this.#first[thing.chain];
		this.#first[thing.chain] = thing;
	}

	/** Removes a thing that is in the index. */
	remove(thing: T): void {
		let before: T | undefined;
		let each = this.#first[thing.chain];
		while (each !== thing) {
			before = each;
			each = each?.next;
		}
		if (before === undefined) this.#first[thing.chain] = thing.next;
		else before.next = thing.next;
		thing.next = undefined;
	}

	/** The thing added last among those with this id (which gives the chain) that fit. */
	find(id: string, chain: number, fits: (thing: T) => boolean): T | undefined {
		let each = this.#first[chain];
		while (each !== undefined && (each.id !== id || !fits(each)))
			each = each.next;
		return each;
	}
}
