/**
 * Filling: the moment for which a claim that could be larger waits for more slots to come
 * free, see claimer.ts.
 */
import { CLAIM_FILL_MS } from "../../protocol/limits.ts";
import type { Clock, Timer } from "../ports.ts";

export class Filling {
	/** Whether the claim has waited for long enough. */
	isOver = false;
	#timer: Timer | undefined;
	readonly #clock: Clock;
	readonly #claimer: { kick(): void };

	constructor(clock: Clock, claimer: { kick(): void }) {
		this.#clock = clock;
		this.#claimer = claimer;
	}

	/** Begins to wait, unless it has begun; kicks the claimer when the wait is over. */
	begin(): void {
		this.#timer ??= this.#clock.after(CLAIM_FILL_MS, () => {
			this.#timer = undefined;
			this.isOver = true;
			this.#claimer.kick();
			this.isOver = false;
		});
	}

	/** Ends the wait: a claim has left. */
	end(): void {
		this.#timer?.cancel();
		this.#timer = undefined;
	}
}
