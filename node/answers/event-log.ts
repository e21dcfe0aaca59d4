/**
 * EventLog: the events of all shards that a node has read last, in the order in which
 * they came here, shared by all readers: each has a position in it, and none a copy.
 * Items have rising numbers. The oldest go when the log is too large.
 */
import type { EventPlace, ViewEvent } from "../../protocol/event.ts";
import { EVENTS_KEPT_BYTES_MAX } from "../../protocol/limits.ts";
import type { EventEntry } from "../ports.ts";

/** A gap: events of a shard are missing, up to a place. */
export interface Gap {
	readonly how: "trimmed" | "lost";
	readonly upTo: EventPlace;
	/** When the gap ends, in the store's time. */
	readonly untilMs: number;
}

export type Item =
	| { readonly shard: number; readonly entry: EventEntry }
	| { readonly shard: number; readonly gap: Gap }
	/** What this node has seen itself. */
	| { readonly view: ViewEvent };

/** How many bytes a small item counts for. */
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
	/** The number of the first item that is there. */
	start = 0;
	/** How far each shard has been read. */
	readonly places: EventPlace[];
	#items: Kept[] = [];
	#bytes = 0;
	/**
	 * For each shard, places from which on everything is here, by their bytes, which are
	 * unique.
	 */
	readonly #known: Map<number, Known>[];

	constructor(places: readonly EventPlace[]) {
		this.places = [...places];
		this.#known = places.map(
			({ bytes, ms, generation }) =>
				new Map([[bytes, { ms, generation, next: 0 }]]),
		);
	}

	/** The number of the next item. */
	get end(): number {
		return this.start + this.#items.length;
	}

	at(number: number): Item | undefined {
		return this.#items[number - this.start]?.item;
	}

	/**
	 * The number of the first item that follows a place of the shard; undefined if
	 * something that follows it is not here.
	 */
	after(shard: number, place: EventPlace): number | undefined {
		const known = this.#known[shard]?.get(place.bytes);
		// It is not known when cut-off entries were written.
		const isSame =
			place.ms > 0 && known?.ms !== 0
				? known?.ms === place.ms
				: known?.generation === place.generation;
		return isSame ? Math.max(known?.next ?? 0, this.start) : undefined;
	}

	/**
	 * Lets reading go on from the same place in a new generation: the shard was opened, and
	 * nothing has happened in it. Otherwise a reader at that place would not find it here.
	 */
	goOn(shard: number, { generation, bytes, ms }: EventPlace): void {
		if (this.places[shard]?.generation === generation) return;
		this.places[shard] = { generation, bytes, ms };
		const known = this.#known[shard];
		const { next = this.end } = known?.get(bytes) ?? {};
		known?.set(bytes, { ms, generation, next });
	}

	addEntry(shard: number, entry: EventEntry): void {
		const { place } = entry;
		const bytes = place.bytes - (this.places[shard]?.bytes ?? 0);
		this.#reached(shard, place);
		this.#add({ shard, entry }, bytes);
	}

	addGap(shard: number, gap: Gap): void {
		// A reader that was anywhere before has missed something.
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

	/** Discards the oldest items, down to less than the limit, so that this is not needed for each new one. */
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

/** Discards places, which come in order, except for the last one after which nothing is missing. */
function forgetBefore(places: Map<number, Known>, start: number): void {
	let last: number | undefined;
	for (const [bytes, { next }] of places) {
		if (next > start) return;
		if (last !== undefined) places.delete(last);
		last = bytes;
	}
}
