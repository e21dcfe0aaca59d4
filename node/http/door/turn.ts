/**
 * Turn: how many bytes of answers are begun in one turn of the event loop. What is left
 * over is begun in the next.
 */
import { UNSENT_TURN_BYTES } from "../../../protocol/limits.ts";
import type { Clock } from "../../ports.ts";

export class Turn {
	readonly #clock: Pick<Clock, "soon">;
	readonly #listeners: (() => void)[] = [];
	#bytes = 0;

	constructor(clock: Pick<Clock, "soon">) {
		this.#clock = clock;
	}

	get hasLeft(): boolean {
		return this.#bytes < UNSENT_TURN_BYTES;
	}

	/** Calls the listener at the beginning of each turn that follows one in which something was begun. */
	onNext(listener: () => void): void {
		this.#listeners.push(listener);
	}

	count(bytes: number): void {
		if (this.#bytes === 0)
			this.#clock.soon(() => {
				this.#bytes = 0;
				for (const listener of this.#listeners) listener();
			});
		this.#bytes += bytes;
	}
}
