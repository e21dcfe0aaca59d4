/**
 * JointHistory: what happened before, read once for all who need it meanwhile.
 *
 * Each first has the events followed from where the history ends, and only then asks for the history: whoever comes
 * while it is being read can do so, too, and it is not read if nobody can follow what comes after it.
 */
import type { ReadPlace } from "../../protocol/event-id.ts";
import { LIVE_HELD_MAX, LIVE_LOAD_MS } from "../../protocol/limits.ts";
import type { Clock } from "../ports.ts";
import {
	endsOf,
	type History,
	type HistoryEnd,
	type HistoryShard,
	readHistory,
} from "./history.ts";
import type { Looks } from "./looks.ts";

export interface JointHistoryParts {
	readonly clock: Pick<Clock, "monoMs" | "soon">;
	readonly shards: readonly HistoryShard[];
	readonly looks: Pick<Looks, "last">;
}

export class JointHistory {
	#newest: Reading | undefined;
	readonly #parts: JointHistoryParts;

	constructor(parts: JointHistoryParts) {
		this.#parts = parts;
	}

	/** The one under way, or a new one. */
	join(): Reading {
		if (this.#newest === undefined || this.#newest.isOver)
			this.#newest = new Reading(this.#parts);
		return this.#newest;
	}
}

class Reading {
	readonly #beganMs: number;
	readonly #ends: Promise<readonly HistoryEnd[]>;
	#history: Promise<History> | undefined;
	#lastTurn: Promise<void> = Promise.resolve();
	#isDone = false;
	readonly #parts: JointHistoryParts;

	constructor(parts: JointHistoryParts) {
		this.#parts = parts;
		this.#beganMs = parts.clock.monoMs();
		this.#ends = endsOf(parts.shards);
	}

	/** Nobody joins it any more. An answer that was lost is not waited for for ever. */
	get isOver(): boolean {
		const tookMs = this.#parts.clock.monoMs() - this.#beganMs;
		return this.#isDone || tookMs >= LIVE_LOAD_MS;
	}

	/** From where events are to be followed. @throws StoreError */
	async places(): Promise<readonly ReadPlace[]> {
		try {
			return (await this.#ends).map(({ place }) => place);
		} catch (error) {
			this.#isDone = true;
			throw error;
		}
	}

	/**
	 * With what every attempt in it is that runs. To go through it takes some ms, so all who wait for it are given it
	 * in turns of their own. @throws StoreError
	 */
	async history(): Promise<History> {
		this.#history ??= this.#read();
		const history = await this.#history;
		const { promise, resolve } = Promise.withResolvers<void>();
		const before = this.#lastTurn;
		this.#lastTurn = promise;
		await before;
		this.#parts.clock.soon(resolve);
		await promise;
		return history;
	}

	async #read(): Promise<History> {
		const { shards, looks } = this.#parts;
		try {
			const ends = await this.#ends;
			return await readHistory(shards, ends, looks.last, LIVE_HELD_MAX);
		} finally {
			this.#isDone = true;
		}
	}
}
