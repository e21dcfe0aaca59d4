/**
 * How many items a body has, roughly, before anything is made of it: each is answered, and
 * made into objects a body of a few kilobytes may become hundreds. Pure.
 */
const [QUOTE, BACKSLASH, COMMA, NEWLINE] = [0x22, 0x5c, 0x2c, 0x0a];
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];
const [ARRAY] = OPENING;
const BLANKS = [0x20, 0x09, 0x0a, 0x0d];

/** Lines, blank ones as well; or the items of a JSON array; 1 for any other JSON. */
export function countItems(body: Uint8Array, hasLines: boolean): number {
	return hasLines ? countLines(body) : countInArray(body);
}

function countLines(body: Uint8Array): number {
	let lines = 1;
	for (let at = body.indexOf(NEWLINE); at >= 0; ) {
		lines += 1;
		at = body.indexOf(NEWLINE, at + 1);
	}
	return lines;
}

function countInArray(body: Uint8Array): number {
	if (body.find((byte) => !BLANKS.includes(byte)) !== ARRAY) return 1;
	let [items, depth] = [1, 0];
	for (let at = 0; at < body.length; at++) {
		const byte = body[at] as number;
		if (byte === QUOTE) at = stringEnd(body, at);
		else if (byte === COMMA && depth === 1) items += 1;
		else if (OPENING.includes(byte)) depth += 1;
		else if (CLOSING.includes(byte)) depth -= 1;
	}
	return items;
}

/** The quote that closes the string that begins there. */
function stringEnd(body: Uint8Array, start: number): number {
	let at = start + 1;
	while (at < body.length && body[at] !== QUOTE)
		at += body[at] === BACKSLASH ? 2 : 1;
	return at;
}
