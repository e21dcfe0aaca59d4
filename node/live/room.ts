/** Room: how many bytes a frame has left, as JSON in UTF-8. What does not fit is left out, from the first that does not on. */

export class Room {
	#left: number;

	constructor(bytes: number) {
		this.#left = bytes;
	}

	get left(): number {
		return this.#left;
	}

	/** Takes up room for something that is in the frame in any case. */
	take(value: unknown): void {
		this.#left -= sizeOf(value);
	}

	/** As many items of a list as fit, and as may take so many bytes. */
	fit<Item>(
		items: readonly Item[],
		bytesMax = this.#left,
		toldOf: (item: Item) => unknown = (item) => item,
	): Item[] {
		let left = Math.min(bytesMax, this.#left);
		const before = left;
		const fitting: Item[] = [];
		for (const item of items) {
			// And a comma.
			const size = sizeOf(toldOf(item)) + 1;
			if (size > left) break;
			left -= size;
			fitting.push(item);
		}
		this.#left -= before - left;
		return fitting;
	}
}

function sizeOf(value: unknown): number {
	return Buffer.byteLength(JSON.stringify(value));
}
