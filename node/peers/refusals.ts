/**
 * Refusals: lives of nodes that a refused connection held for dead. One that opens a session
 * afterwards was alive: something between here and its host refuses in its name, and is
 * not believed again as long as this life lasts. Remembers REFUSALS_KEPT_MAX of them, the newest.
 */
import { REFUSALS_KEPT_MAX } from "../../protocol/limits.ts";

/** A life of a node, and its newest session. */
export interface Life {
	readonly startedMs: number;
	readonly epoch: number;
}

export class Refusals {
	readonly #heldForDead = new Map<string, Life>();

	/** Whether this life of the node was held for dead by a refusal, and was not: it has opened a session since. */
	lie(nodeId: string, { startedMs, epoch }: Life): boolean {
		const held = this.#heldForDead.get(nodeId);
		return held?.startedMs === startedMs && held.epoch < epoch;
	}

	/** The life that was held for dead was seen too late: it had another session by then. */
	forget(nodeId: string): void {
		this.#heldForDead.delete(nodeId);
	}

	holdForDead(nodeId: string, life: Life): void {
		this.#heldForDead.delete(nodeId); // So that it goes in as the newest.
		this.#heldForDead.set(nodeId, life);
		const [oldest] = this.#heldForDead.keys();
		if (this.#heldForDead.size > REFUSALS_KEPT_MAX && oldest !== undefined)
			this.#heldForDead.delete(oldest);
	}
}
