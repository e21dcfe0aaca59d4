/**
 * BegunTeller: tells one shard when the code of its attempts began, with the pulses that
 * are sent anyway. So this is known about a task that goes on, and about an attempt whose
 * node is lost before it can say anything.
 *
 * An attempt that is over before the next pulse is not reported: its end says it. An
 * attempt is reported until a pulse has been answered, and not after that; the store keeps
 * the first report.
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
	/** The tokens of the attempts reported. */
	#told: ReadonlySet<number> = new Set();
	readonly #parts: BegunTellerParts;

	constructor(parts: BegunTellerParts) {
		this.#parts = parts;
	}

	/** What the next pulse is to say; `storeNowMs` is the store's time. */
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
