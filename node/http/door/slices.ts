/**
 * Slices: an answer that goes out piece by piece, so that it shows how much of it is taken
 * and only a piece of it exists a second time, as what the socket has.
 *
 * Pieces of a text stay texts: the socket makes bytes of them in memory that it gives back
 * at once. A buffer for each would be left to the garbage collector, which comes late.
 */
import { Readable } from "node:stream";
import { UNSENT_SLICE_BYTES } from "../../../protocol/limits.ts";

export class Slices extends Readable {
	readonly #whole: string | Buffer;
	/** Called with the length of each slice that is taken. */
	readonly #taken: (length: number) => void;
	#at = 0;

	constructor(whole: string | Buffer, taken: (length: number) => void) {
		// A text's pieces stay texts only if the stream has the encoding with which they come.
		const encoding = typeof whole === "string" ? ENCODING : undefined;
		super({ highWaterMark: UNSENT_SLICE_BYTES, encoding });
		this.#whole = whole;
		this.#taken = taken;
	}

	override _read(): void {
		const whole = this.#whole;
		const end = this.#at + UNSENT_SLICE_BYTES;
		const slice =
			typeof whole === "string"
				? whole.slice(this.#at, sliceEnd(whole, end))
				: whole.subarray(this.#at, end);
		this.#at += slice.length;
		this.#taken(slice.length);
		if (slice.length === 0) this.push(null);
		else this.push(slice, ENCODING);
	}
}

const ENCODING = "utf8";

/** A place near `at` at which the text can be cut, not within a character. */
export function sliceEnd(text: string, at: number): number {
	const code = text.charCodeAt(at - 1);
	return code >= 0xd800 && code < 0xdc00 ? at + 1 : at;
}
