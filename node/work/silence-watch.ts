/**
 * Watches a store that owes answers, and reports when it has given none for
 * SUBMIT_SILENCE_MS.
 *
 * One timer serves everything that is owed. Answers that have arrived by the time it
 * fires are read first, since it may be this node that stood still. If the node did so
 * for long, the store gets its time once more, since the answers read may have been only
 * some of those owed.
 */
import { SUBMIT_SILENCE_MS, SUBMIT_TIMEOUT_MS } from "../../protocol/limits.ts";
import type { Clock } from "../ports.ts";

const STOOD_STILL_MS = SUBMIT_TIMEOUT_MS - SUBMIT_SILENCE_MS;

export interface SilenceWatchParts {
	readonly clock: Clock;
	/** Since when the oldest answer is owed, on the monotonic clock; undefined if none is. */
	readonly owedSinceMs: () => number | undefined;
	readonly fellSilent: () => void;
}

export class SilenceWatch {
	#heardMs = Number.NEGATIVE_INFINITY;
	#watching = false;
	/** Whether this node stood still since the last answer, so that the store was given its time again. */
	#excused = false;
	readonly #parts: SilenceWatchParts;

	constructor(parts: SilenceWatchParts) {
		this.#parts = parts;
	}

	/** Something was sent that is owed an answer. */
	begin(): void {
		if (!this.#watching) this.#lookIn(SUBMIT_SILENCE_MS);
	}

	/** The store has answered. */
	heard(): void {
		this.#heardMs = this.#parts.clock.monoMs();
		this.#excused = false;
	}

	#lookIn(ms: number): void {
		const { clock } = this.#parts;
		const dueMs = clock.monoMs() + ms;
		this.#watching = true;
		clock.after(ms, () => {
			const lateMs = clock.monoMs() - dueMs;
			clock.soon(() => this.#look(lateMs));
		});
	}

	#look(lateMs: number): void {
		const { clock, owedSinceMs, fellSilent } = this.#parts;
		this.#watching = false;
		const owedMs = owedSinceMs();
		if (owedMs === undefined) return;
		const sinceMs = Math.max(owedMs, this.#heardMs);
		const leftMs = sinceMs + SUBMIT_SILENCE_MS - clock.monoMs();
		// Adding a fraction to the current time may leave nothing of it.
		if (leftMs >= 1) this.#lookIn(leftMs);
		else if (lateMs > STOOD_STILL_MS && !this.#excused) {
			this.#excused = true;
			this.#lookIn(SUBMIT_SILENCE_MS);
		} else fellSilent();
	}
}
