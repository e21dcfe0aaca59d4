/**
 * How many items a body has, roughly, before anything is made of it: each is answered, and
 * made into objects a body of a few kilobytes may become hundreds. Counting ends where the
 * answers have all the room that there is. Pure.
 */
import {
	UNSENT_ITEM_BYTES,
	UNSENT_MANY_ITEMS_BYTES_MAX,
} from "../../../protocol/limits.ts";

const [QUOTE, BACKSLASH, COMMA, NEWLINE] = [0x22, 0x5c, 0x2c, 0x0a];
const [ARRAY, OBJECT, ARRAY_END, OBJECT_END] = [0x5b, 0x7b, 0x5d, 0x7d];
const [SPACE, TAB, RETURN] = [0x20, 0x09, 0x0d];

/** One with as many begins only if nobody else has any of that room. */
const ITEMS_MAX = UNSENT_MANY_ITEMS_BYTES_MAX / UNSENT_ITEM_BYTES;

/** Lines, blank ones as well; or the items of a JSON array; 1 for any other JSON. At most ITEMS_MAX. */
export function countItems(body: Uint8Array, hasLines: boolean): number {
	return hasLines ? countLines(body) : countInArray(body);
}

function countLines(body: Uint8Array): number {
	let lines = 1;
	for (let at = body.indexOf(NEWLINE); at >= 0 && lines < ITEMS_MAX; ) {
		lines += 1;
		at = body.indexOf(NEWLINE, at + 1);
	}
	return lines;
}

function countInArray(body: Uint8Array): number {
	const start = firstOf(body);
	if (body[start] !== ARRAY) return 1;
	let [items, depth] = [1, 1];
	for (let at = start + 1; at < body.length && items < ITEMS_MAX; at++) {
		const byte = body[at];
		if (byte === QUOTE) at = stringEnd(body, at);
		else if (byte === COMMA) items += depth === 1 ? 1 : 0;
		else if (byte === ARRAY || byte === OBJECT) depth += 1;
		else if (byte === ARRAY_END || byte === OBJECT_END) depth -= 1;
	}
	return items;
}

/** Where the JSON begins. */
function firstOf(body: Uint8Array): number {
	let at = 0;
	while (isBlank(body[at])) at += 1;
	return at;
}

function isBlank(byte: number | undefined): boolean {
	return byte === SPACE || byte === TAB || byte === NEWLINE || byte === RETURN;
}

/** The quote that closes the string that begins there. */
function stringEnd(body: Uint8Array, start: number): number {
	let at = start + 1;
	while (at < body.length && body[at] !== QUOTE)
		at += body[at] === BACKSLASH ? 2 : 1;
	return at;
}
