/**
 * BegunTeller: says to one shard when the code of its attempts has begun, with the pulses that
 * are sent anyway. So that is known of a task that goes on, and of an attempt whose node is lost
 * before it can say anything.
 *
 * What is over before the next pulse is not told: its end says it. An attempt is told until a
 * pulse has been answered, and then no more; the store keeps what it was told first.
 */
import { BEGUN_TOLD_MAX, BEGUN_TOLD_MS } from "../../protocol/limits.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import type { Begun, Clock } from "../ports.ts";

export interface BegunTellerParts {
	readonly shard: number;
	readonly clock: Clock;
	/** See runner.ts. */
	readonly runner: {
		/** Attempts of the shard whose code has begun, and when, by the monotonic clock. */
		begun(shard: number): Iterable<readonly [ClaimedTask, number]>;
	};
}

export class BegunTeller {
	/** Tokens. */
	#told: ReadonlySet<number> = new Set();
	readonly #parts: BegunTellerParts;

	constructor(parts: BegunTellerParts) {
		this.#parts = parts;
	}

	/** What the next pulse is to say; `storeNowMs`: the store's time. */
	untold(storeNowMs: number): Begun[] {
		const { shard, clock, runner } = this.#parts;
		const nowMs = clock.monoMs();
		const still = new Set<number>();
		const begun: Begun[] = [];
		for (const [{ id, token, claimedMs }, beganMs] of runner.begun(shard)) {
			const ranMs = nowMs - beganMs;
			if (this.#told.has(token)) still.add(token);
			else if (ranMs >= BEGUN_TOLD_MS && begun.length < BEGUN_TOLD_MAX) {
				const startedMs = Math.max(claimedMs, storeNowMs - ranMs);
				begun.push({ id, token, startedMs });
			}
		}
		this.#told = still;
		return begun;
	}

	/** The store has heard it. */
	told(begun: readonly Begun[]): void {
		const tokens = begun.map(({ token }) => token);
		this.#told = new Set([...this.#told, ...tokens]);
	}
}
