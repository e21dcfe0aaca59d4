/**
 * Where the head of a request ends, in bytes that arrive in pieces.
 *
 * The parser takes whatever it is given, with all the requests in it; so it is given no
 * more than one head at a time (see flow.ts). This looks for the empty line that ends a
 * head, across the seams between pieces, and for nothing else: what a head says is for
 * the parser to judge.
 */
const END = "\r\n\r\n";
const RETURN = 0x0d;
const NEWLINE = 0x0a;

/** The last bytes of an unfinished head, in which its end may have begun. */
export type Tail = string;

/** How many bytes belong to the head that begins before or with them; undefined if it goes on. */
export function endOfHead(tail: Tail, bytes: Buffer): number | undefined {
	if (tail !== "") {
		const seam = tail + bytes.toString("latin1", 0, END.length - 1);
		const at = seam.indexOf(END);
		if (at !== -1) return at + END.length - tail.length;
	}
	const at = bytes.indexOf(END, 0, "latin1");
	return at === -1 ? undefined : at + END.length;
}

export function tailOf(tail: Tail, bytes: Buffer): Tail {
	const from = Math.max(0, bytes.length - END.length + 1);
	return (tail + bytes.toString("latin1", from)).slice(1 - END.length);
}

/** How many line breaks precede a head. The parser skips them, so nothing has begun. */
export function lineEndsBefore(bytes: Buffer): number {
	let count = 0;
	while (bytes[count] === RETURN || bytes[count] === NEWLINE) count++;
	return count;
}
