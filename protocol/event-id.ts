/**
 * Ids of events: where a reader is in the streams of all shards, so that any node can go on
 * from there. One number is not enough, as each shard counts by itself.
 *
 *     lkz0a.2n9c.mjtx2q0g.3-lkz0b.0.0
 *
 * For each shard, in base 36: the generation of its store, and bytes and ms of the place (see
 * event.ts); then how many events of the entry behind it have been read, if any have.
 */
import type { EventPlace } from "./event.ts";

/** Where a reader is in one shard. */
export interface ReadPlace extends EventPlace {
	/** The number of events that have been read of the entry that follows the place. */
	readonly read: number;
}

const BASE = 36;
const PLACE =
	/^([0-9a-z]{1,9})\.([0-9a-z]{1,11})\.([0-9a-z]{1,9})(?:\.([0-9a-z]{1,3}))?$/;

export function formatPlace({
	generation,
	bytes,
	ms,
	read,
}: ReadPlace): string {
	const numbers = [generation, bytes, ms, ...(read > 0 ? [read] : [])];
	return numbers.map((number) => number.toString(BASE)).join(".");
}

/** Writes an id from the places in all shards, in order. */
export function formatEventId(places: readonly ReadPlace[]): string {
	return places.map(formatPlace).join("-");
}

/** The places that an id says, in all shards; undefined if it is no id. */
export function parseEventId(text: string): ReadPlace[] | undefined {
	const places: ReadPlace[] = [];
	for (const part of text.split("-")) {
		const numbers = PLACE.exec(part)
			?.slice(1)
			.map((digits = "0") => Number.parseInt(digits, BASE));
		if (!numbers?.every(Number.isSafeInteger)) return undefined;
		const [generation = 0, bytes = 0, ms = 0, read = 0] = numbers;
		places.push({ generation, bytes, ms, read });
	}
	return places;
}
