/** Looks: what all shards said of themselves last, when that was, and what time it is there since. */
import type { SessionName } from "../../protocol/lease.ts";
import { LIVE_OLD_MS } from "../../protocol/limits.ts";
import {
	type Clock,
	type Leases,
	type LiveLook,
	type ShardLive,
	type Store,
	StoreError,
} from "../ports.ts";

export interface LooksParts {
	readonly clock: Pick<Clock, "monoMs" | "wallMs">;
	readonly store: Pick<Store, "up" | "trouble">;
	readonly shards: readonly { readonly live: Pick<ShardLive, "look"> }[];
}

export class Looks {
	#last: readonly LiveLook[] = [];
	#lastMs = Number.NEGATIVE_INFINITY;
	#asking: Promise<boolean> | undefined;
	#askedMs = Number.NEGATIVE_INFINITY;
	#awaySinceMs: number | undefined;
	readonly #parts: LooksParts;

	constructor(parts: LooksParts) {
		this.#parts = parts;
		if (!parts.store.up) this.#awaySinceMs = parts.clock.wallMs();
	}

	/** To be called when the store has gone, or come back. */
	changed(up: boolean): void {
		this.#awaySinceMs = up ? undefined : this.#parts.clock.wallMs();
	}

	/** The last look of each shard, in their order; empty before the first answer. */
	get last(): readonly LiveLook[] {
		return this.#last;
	}

	/** Whether the last looks are recent. */
	get isFresh(): boolean {
		return this.#parts.store.up && this.#ageMs <= LIVE_OLD_MS;
	}

	/** Since when, and why, the store is away; undefined if it is not. */
	get away(): { sinceMs: number; why: string | undefined } | undefined {
		const { clock, store } = this.#parts;
		if (this.isFresh) return undefined;
		const lastMs = this.#last.length > 0 ? this.#ageMs : 0;
		const sinceMs = this.#awaySinceMs ?? clock.wallMs() - lastMs;
		return { sinceMs, why: store.trouble };
	}

	/** The store's time; until that is known, the time of this node's clock. */
	get nowMs(): number {
		const [first] = this.#last;
		return first === undefined
			? this.#parts.clock.wallMs()
			: first.nowMs + this.#ageMs;
	}

	/** The leases in the first shard, in which all nodes are registered. */
	get leases(): Leases | undefined {
		const [first] = this.#last;
		if (first === undefined) return undefined;
		const expires = new Map<SessionName, number>();
		for (const { session, expiresMs } of first.sessions)
			expires.set(session, expiresMs);
		return { nowMs: this.nowMs, expires };
	}

	/** Asks all shards, unless the last question is open and recent. Returns whether there is a new answer. */
	ask(afterMs: number): Promise<boolean> {
		const nowMs = this.#parts.clock.monoMs();
		if (this.#asking !== undefined && nowMs - this.#askedMs < LIVE_OLD_MS)
			return this.#asking;
		this.#askedMs = nowMs;
		const asking = this.#ask(afterMs).finally(() => {
			if (this.#asking === asking) this.#asking = undefined;
		});
		this.#asking = asking;
		return asking;
	}

	async #ask(afterMs: number): Promise<boolean> {
		const { shards, clock, store } = this.#parts;
		if (!store.up) return false;
		try {
			const looks = await Promise.all(
				shards.map(({ live }) => live.look(afterMs)),
			);
			this.#last = looks;
			this.#lastMs = clock.monoMs();
			return true;
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			return false;
		}
	}

	get #ageMs(): number {
		return this.#parts.clock.monoMs() - this.#lastMs;
	}
}
