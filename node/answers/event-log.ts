/**
 * EventLog: what a node has read last of the events of all shards, in the order in which it
 * came here, for all who read it: each has a place in it, and none a copy. Items have numbers
 * that rise. What is oldest goes when it is too large.
 */
import type { EventPlace, ViewEvent } from "../../protocol/event.ts";
import { EVENTS_KEPT_BYTES_MAX } from "../../protocol/limits.ts";
import type { EventEntry } from "../ports.ts";

/** Something is missing in a shard, up to a place. */
export interface Gap {
	readonly how: "trimmed" | "lost";
	readonly upTo: EventPlace;
	/** When it ends, in the store's time. */
	readonly untilMs: number;
}

export type Item =
	| { readonly shard: number; readonly entry: EventEntry }
	| { readonly shard: number; readonly gap: Gap }
	/** This node's own view. */
	| { readonly view: ViewEvent };

/** What a thing takes that is small. */
const ITEM_BYTES = 64;

interface Kept {
	readonly item: Item;
	readonly bytes: number;
}

/** A place, and the number of the item that follows it. */
interface Known {
	readonly ms: number;
	readonly generation: number;
	readonly next: number;
}

export class EventLog {
	/** Number of the first item that is there. */
	start = 0;
	/** Where reading has come to in each shard. */
	readonly places: EventPlace[];
	#items: Kept[] = [];
	#bytes = 0;
	/** Of each shard, places from which on all is here; by their bytes, which no two of them share. */
	readonly #known: Map<number, Known>[];

	constructor(places: readonly EventPlace[]) {
		this.places = [...places];
		this.#known = places.map(
			({ bytes, ms, generation }) =>
				new Map([[bytes, { ms, generation, next: 0 }]]),
		);
	}

	/** Number of the next item. */
	get end(): number {
		return this.start + this.#items.length;
	}

	at(number: number): Item | undefined {
		return this.#items[number - this.start]?.item;
	}

	/** Number of the first item that follows a place, of those of the shard; undefined if not all that follows it is here. */
	after(shard: number, place: EventPlace): number | undefined {
		const known = this.#known[shard]?.get(place.bytes);
		// Of what was cut off it is not known when it was written.
		const isSame =
			place.ms > 0 && known?.ms !== 0
				? known?.ms === place.ms
				: known?.generation === place.generation;
		return isSame ? Math.max(known?.next ?? 0, this.start) : undefined;
	}

	addEntry(shard: number, entry: EventEntry): void {
		const { place } = entry;
		const bytes = place.bytes - (this.places[shard]?.bytes ?? 0);
		this.#reached(shard, place);
		this.#add({ shard, entry }, bytes);
	}

	addGap(shard: number, gap: Gap): void {
		// Who was anywhere before has missed something.
		this.#known[shard]?.clear();
		this.#reached(shard, gap.upTo);
		this.#add({ shard, gap }, 0);
	}

	addView(view: ViewEvent): void {
		this.#add({ view }, 0);
	}

	#reached(shard: number, place: EventPlace): void {
		const { bytes, ms, generation } = place;
		this.places[shard] = place;
		this.#known[shard]?.set(bytes, { ms, generation, next: this.end + 1 });
	}

	#add(item: Item, bytes: number): void {
		this.#items.push({ item, bytes: bytes + ITEM_BYTES });
		this.#bytes += bytes + ITEM_BYTES;
		if (this.#bytes > EVENTS_KEPT_BYTES_MAX) this.#shrink();
	}

	/** To less than there may be, so that it is not done with each item. */
	#shrink(): void {
		let gone = 0;
		for (const { bytes } of this.#items) {
			if (this.#bytes <= (EVENTS_KEPT_BYTES_MAX * 7) / 8) break;
			this.#bytes -= bytes;
			gone += 1;
		}
		this.#items.splice(0, gone);
		this.start += gone;
		for (const known of this.#known) forgetBefore(known, this.start);
	}
}

/** They come in order, and the last that nothing is missing behind is the one that is not forgotten. */
function forgetBefore(places: Map<number, Known>, start: number): void {
	let last: number | undefined;
	for (const [bytes, { next }] of places) {
		if (next > start) return;
		if (last !== undefined) places.delete(last);
		last = bytes;
	}
}
