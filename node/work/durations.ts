/**
 * Durations: how long tasks of each type take on this node, from their first line to their
 * end. What takes less than to hand it to another node would is run where it came.
 */
import { SPREAD_MS_MIN } from "../../protocol/limits.ts";

/** Weight of the newest in the moving average. */
const NEWEST = 1 / 8;

export class Durations {
	readonly #msByType = new Map<string, number>();

	/** A task of this type has run for so long. */
	observe(type: string, ranMs: number): void {
		const before = this.#msByType.get(type) ?? ranMs;
		this.#msByType.set(type, before + (ranMs - before) * NEWEST);
	}

	/** A type of which none has run here yet may be a long one. */
	isShort(type: string): boolean {
		return (this.#msByType.get(type) ?? SPREAD_MS_MIN) < SPREAD_MS_MIN;
	}
}
