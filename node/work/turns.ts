/**
 * Turns: whose turn it is at this node's slots. The node's shards share them: when some
 * come free, each shard's claimer gets a chance at them, another one first each time.
 *
 * A shard that answers nobody does not keep its slots from the others. They are recalled
 * for a claimer that lacks some, once the shard has owed answers for CLAIM_SILENCE_MS and
 * that claimer's own shard has answered a call sent later: then it is not the store as a
 * whole that is slow. If no such call is on its way, a renewal is sent. Over one
 * connection answers keep their order, so there it never comes to that.
 */
import { CLAIM_SILENCE_MS } from "../../protocol/limits.ts";
import type { Clock, Timer } from "../ports.ts";

/** The claimer of a shard, as the others see it: see claimer.ts. */
export interface SlotTaker {
	/** Whether the claimer knows of work and has no slots for it. */
	readonly waitsForSlots: boolean;
	readonly pledges: OwnPledges;
	/** Claims if there is anything to claim. */
	kick(): void;
}

/** The slots that are set aside for a shard: see pledges.ts. */
interface OwnPledges {
	/** Since when the shard has owed answers and given none, if slots are set aside for them. */
	readonly silentSinceMs: number | undefined;
	/** The shard is silent: others may have its slots. */
	recall(): void;
}

/** What turns need to know about a shard. */
interface SharingShard {
	readonly claimer: SlotTaker;
	/** See renewer.ts. */
	readonly renewer: {
		/** When the last renewal that has been answered was sent. */
		readonly renewedMs: number | undefined;
		/** Renews now; the answer makes the claimer try again. */
		hurry(): void;
	};
}

export class Turns {
	#first = 0;
	/** The timer that runs while a claimer lacks slots that may be recalled soon. */
	#recall: Timer | undefined;
	readonly #clock: Clock;
	readonly #shards: readonly SharingShard[];

	/** `shards` may still be filled, as long as nothing runs. */
	constructor(clock: Clock, shards: readonly SharingShard[]) {
		this.#clock = clock;
		this.#shards = shards;
	}

	stop(): void {
		this.#recall?.cancel();
	}

	slotsFreed(): void {
		const shards = this.#shards;
		this.#first = (this.#first + 1) % shards.length;
		for (let i = 0; i < shards.length; i++)
			shards[(this.#first + i) % shards.length]?.claimer.kick();
	}

	/** Whether another shard's claimer waits for slots, for tasks known from its store. */
	othersWait(claimer: SlotTaker): boolean {
		return this.#shards.some(
			(other) => other.claimer !== claimer && other.claimer.waitsForSlots,
		);
	}

	/** If the claimer waits for slots, lets it have those of a silent shard. */
	gotNone(claimer: SlotTaker): void {
		if (!claimer.waitsForSlots) return;
		const silent = this.#longestSilent(claimer);
		if (silent === undefined) return;
		const { sinceMs, pledges } = silent;
		const leftMs = sinceMs + CLAIM_SILENCE_MS - this.#clock.monoMs();
		const own = this.#shards.find((shard) => shard.claimer === claimer);
		if (leftMs <= 0 && (own?.renewer.renewedMs ?? -Infinity) > sinceMs) {
			pledges.recall();
			return;
		}
		if (this.#recall !== undefined) return;
		if (leftMs <= 0) own?.renewer.hurry();
		const againMs = leftMs > 0 ? Math.ceil(leftMs) : CLAIM_SILENCE_MS;
		this.#recall = this.#clock.after(againMs, () => {
			this.#recall = undefined;
			this.slotsFreed();
		});
	}

	#longestSilent(claimer: SlotTaker) {
		let longest: { sinceMs: number; pledges: OwnPledges } | undefined;
		for (const { claimer: other } of this.#shards) {
			const { pledges } = other;
			const sinceMs = pledges.silentSinceMs ?? Infinity;
			if (other !== claimer && sinceMs < (longest?.sinceMs ?? Infinity))
				longest = { sinceMs, pledges };
		}
		return longest;
	}
}
