/** Pace: gives the store as much time for itself as the steps of a long task take. */
import type { Clock } from "../ports.ts";

export class Pace {
	readonly #clock: Clock;
	#begunMs: number;

	constructor(clock: Clock) {
		this.#clock = clock;
		this.#begunMs = clock.monoMs();
	}

	begin(): void {
		this.#begunMs = this.#clock.monoMs();
	}

	/** Resolves after as much time as has passed since the step began. */
	async rest(): Promise<void> {
		const tookMs = this.#clock.monoMs() - this.#begunMs;
		await new Promise<void>((resolve) => {
			this.#clock.after(tookMs, resolve);
		});
	}
}
