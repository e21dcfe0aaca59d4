/**
 * Turns: whose turn it is at this node's slots. Its shards share them: when some come
 * free each shard's claimer gets a chance at them, another one first each time.
 */

/** The claimer of a shard, as the others see it: see claimer.ts. */
export interface SlotTaker {
	/** It knows of work, and has no slots for it. */
	readonly waitsForSlots: boolean;
	/** Claims if there is anything to. */
	kick(): void;
}

export class Turns {
	#first = 0;
	readonly #shards: readonly { readonly claimer: SlotTaker }[];

	/** `shards` may still be filled, as long as nothing runs. */
	constructor(shards: readonly { readonly claimer: SlotTaker }[]) {
		this.#shards = shards;
	}

	slotsFreed(): void {
		const shards = this.#shards;
		this.#first = (this.#first + 1) % shards.length;
		for (let i = 0; i < shards.length; i++)
			shards[(this.#first + i) % shards.length]?.claimer.kick();
	}

	/** Whether another shard's claimer waits for slots, for what its store has told of. */
	othersWait(claimer: SlotTaker): boolean {
		return this.#shards.some(
			(other) => other.claimer !== claimer && other.claimer.waitsForSlots,
		);
	}
}
