/** FallingMax: how large the next of its kind may be, falling from the largest of the last ones. */
export class FallingMax {
	#value: number;

	constructor(first = 0) {
		this.#value = first;
	}

	get value(): number {
		return this.#value;
	}

	learn(size: number): void {
		this.#value = Math.max(size, this.#value * KEPT);
	}
}

/** Sixty small ones after one that was twenty times as large count as if it had not been. */
const KEPT = 0.95;
