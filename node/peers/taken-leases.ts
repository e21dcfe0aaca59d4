/**
 * TakenLeases: of which nodes this one has just taken a lease, or may have: the store's
 * answer to that may be lost.
 *
 * If such a node lives and does not reach the store, it asks its peers whether anybody can
 * have taken its lease. What this node would say, that it does not reach the store either,
 * may be true by now, and says nothing of the time since the other last heard from the
 * store. So it says nothing for as long as the lease would have stood. Without its answer
 * the other stops its tasks in time.
 */
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import type { Clock } from "../ports.ts";

export class TakenLeases {
	/** When this node last set out to take a lease, by the node that had it. */
	readonly #tookMs = new Map<string, number>();
	readonly #clock: Clock;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** A lease of the node is about to be taken. */
	takes(nodeId: string): void {
		const nowMs = this.#clock.monoMs();
		for (const [former, tookMs] of this.#tookMs)
			if (nowMs - tookMs > LEASE_TTL_MS) this.#tookMs.delete(former);
		this.#tookMs.set(nodeId, nowMs);
	}

	/** Whether one of the node's may have been taken that would still stand. */
	of(nodeId: string): boolean {
		const tookMs = this.#tookMs.get(nodeId);
		return (
			tookMs !== undefined && this.#clock.monoMs() - tookMs <= LEASE_TTL_MS
		);
	}
}
