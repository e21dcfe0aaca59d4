/**
 * Refusals: lives of nodes that were taken for dead because of a refused connection. A
 * node that opens a session afterwards was alive: something between here and its host
 * refuses in its name, and is not believed again as long as this life lasts. Remembers
 * the newest REFUSALS_KEPT_MAX.
 */
import { REFUSALS_KEPT_MAX } from "../../protocol/limits.ts";

/** A life of a node, and its newest session. */
export interface Life {
	readonly startedMs: number;
	readonly epoch: number;
}

export class Refusals {
	readonly #heldForDead = new Map<string, Life>();

	/**
	 * Whether a refusal made this life of the node count as dead although it was not: it
	 * has opened a session since.
	 */
	lie(nodeId: string, { startedMs, epoch }: Life): boolean {
		const held = this.#heldForDead.get(nodeId);
		return held?.startedMs === startedMs && held.epoch < epoch;
	}

	/** The life that counted as dead was seen too late: it had another session by then. */
	forget(nodeId: string): void {
		this.#heldForDead.delete(nodeId);
	}

	holdForDead(nodeId: string, life: Life): void {
		this.#heldForDead.delete(nodeId); // So that it is added as the newest.
		this.#heldForDead.set(nodeId, life);
		const [oldest] = this.#heldForDead.keys();
		if (this.#heldForDead.size > REFUSALS_KEPT_MAX && oldest !== undefined)
			this.#heldForDead.delete(oldest);
	}
}
