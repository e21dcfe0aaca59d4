/**
 * The stream of events of one shard of the store's twin. What happens in a step is noted as it
 * comes about, and is one entry when the step is over.
 */
import type { EventEntry, EventsReply } from "../../node/ports.ts";
import type {
	EventPlace,
	StoredKind,
	StoreEvent,
} from "../../protocol/event.ts";
import { EVENTS_BYTES_MAX, EVENTS_STEP_BYTES } from "../../protocol/limits.ts";

/** What can happen to one task in one step, in the order in which it does; all else comes between. */
const ORDER: readonly StoredKind[] = [
	...(["task.accepted", "task.cancel-asked", "task.started"] as const),
	"task.ended",
];
const BETWEEN = 1.5;

interface Written extends EventEntry {
	readonly size: number;
}

export class Events {
	#entries: Written[] = [];
	#bytes = 0;
	#noted: StoreEvent[] = [];

	copy(): Events {
		const copy = new Events();
		copy.#entries = [...this.#entries];
		copy.#bytes = this.#bytes;
		return copy;
	}

	note(...events: readonly StoreEvent[]): void {
		this.#noted.push(...events);
	}

	/** The step is over. */
	write(generation: number, nowMs: number): void {
		if (this.#noted.length === 0) return;
		const events = this.#noted.toSorted((a, b) => rankOf(a) - rankOf(b));
		const size = JSON.stringify(events).length;
		this.#noted = [];
		this.#bytes += size;
		const place = { generation, bytes: this.#bytes, ms: nowMs };
		this.#entries.push({ place, events, size });
	}

	after(
		place: EventPlace | undefined,
		generation: number,
		nowMs: number,
	): EventsReply {
		const end = {
			...{ generation, bytes: this.#bytes },
			ms: this.#entries.at(-1)?.place.ms ?? 0,
		};
		const nothing = { from: end, nowMs, entries: [], more: false };
		if (place === undefined) return { how: "on", ...nothing };
		const at = this.#entries.findIndex(
			({ place: { bytes, ms } }) => bytes === place.bytes && ms === place.ms,
		);
		const from = { ...place, generation };
		if (at >= 0)
			return { how: "on", from, nowMs, ...this.#stepFrom(at + 1, generation) };
		// A shard that nobody has opened yet has none.
		if (place.generation !== generation && place.generation !== 0)
			return { how: "lost", ...nothing };
		const [first] = this.#entries;
		const start = first ? first.place.bytes - first.size : this.#bytes;
		if (start < place.bytes) return { how: "lost", ...nothing };
		const step = this.#stepFrom(0, generation);
		if (start === place.bytes) return { how: "on", from, nowMs, ...step };
		const missing = { generation, bytes: start, ms: 0 };
		return { how: "trimmed", from: missing, nowMs, ...step };
	}

	/** Newest first. */
	before(
		place: EventPlace = { generation: 0, bytes: Infinity, ms: 0 },
		generation: number,
		nowMs: number,
	): EventsReply {
		const before = this.#entries
			.filter(({ place: { bytes, ms } }) =>
				bytes === place.bytes ? ms < place.ms : bytes < place.bytes,
			)
			.reverse();
		const isFirst = place.bytes === Infinity;
		return {
			...{ how: "on", nowMs },
			from: { ...(isFirst ? { bytes: 0, ms: 0 } : place), generation },
			...stepOf(before, generation),
		};
	}

	/** Returns whether there is more to cut. */
	cut(mostBytes = EVENTS_BYTES_MAX): boolean {
		while (
			(this.#entries[0]?.place.bytes ?? this.#bytes) <
			this.#bytes - mostBytes
		)
			this.#entries.shift();
		return false;
	}

	/** To look at from outside. */
	get all(): readonly EventEntry[] {
		return this.#entries;
	}

	get end(): { readonly bytes: number } {
		return { bytes: this.#bytes };
	}

	/** Somebody deletes the stream. */
	lose(): void {
		this.#entries = [];
	}

	/** A place is told in the generation in which it is read. */
	#stepFrom(at: number, generation: number) {
		return stepOf(this.#entries.slice(at), generation);
	}
}

function stepOf(written: readonly Written[], generation: number) {
	const entries: EventEntry[] = [];
	let size = 0;
	for (const { place, events, size: own } of written) {
		if (size >= EVENTS_STEP_BYTES) return { entries, more: true };
		entries.push({ place: { ...place, generation }, events });
		size += own;
	}
	return { entries, more: false };
}

function rankOf({ about }: StoreEvent): number {
	const at = ORDER.indexOf(about.kind);
	return at < 0 ? BETWEEN : at;
}
