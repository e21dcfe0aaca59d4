/** Rest: when what came to nothing is tried again: with the next frame at first, then later each time. */
import { LIVE_AGAIN_MS_MAX, LIVE_FRAME_MS } from "../../protocol/limits.ts";
import type { Clock } from "../ports.ts";

export class Rest {
	#untilMs = Number.NEGATIVE_INFINITY;
	/** How long the next one is. */
	#ms = 0;
	readonly #clock: Pick<Clock, "monoMs">;

	constructor(clock: Pick<Clock, "monoMs">) {
		this.#clock = clock;
	}

	get isOver(): boolean {
		return this.#clock.monoMs() >= this.#untilMs;
	}

	failed(): void {
		this.#untilMs = this.#clock.monoMs() + this.#ms;
		this.#ms = Math.min(2 * this.#ms + LIVE_FRAME_MS, LIVE_AGAIN_MS_MAX);
	}

	succeeded(): void {
		this.#ms = 0;
	}
}
