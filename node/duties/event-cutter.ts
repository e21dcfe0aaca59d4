/**
 * EventCutter: keeps the stream of events of one shard to its size. Nodes take turns at it, a
 * few at a time and others each time, so that it is cut even if most are busy or away; a node
 * that finds it small enough has asked one short question.
 */
import { EVENTS_TRIM_MS } from "../../protocol/limits.ts";
import {
	type Clock,
	type Log,
	type Shard,
	StoreError,
	type Timer,
} from "../ports.ts";

export interface EventCutterParts {
	readonly shard: Pick<Shard, "index" | "events">;
	readonly clock: Clock;
	readonly log: Log;
	/** See renewer.ts. */
	readonly renewer: {
		/** The time on the shard's clock, as this node estimates it. */
		storeNowMs(): number;
	};
	/** See duty-turns.ts. */
	readonly dutyTurns: {
		/** How many nodes have their turn at this before this one; undefined if it is left to others. */
		turnAt(matter: string): number | undefined;
	};
}

export class EventCutter {
	#timer: Timer | undefined;
	#stopped = false;
	readonly #parts: EventCutterParts;

	constructor(parts: EventCutterParts) {
		this.#parts = parts;
	}

	start(): void {
		if (this.#stopped) return;
		this.#timer = this.#parts.clock.after(EVENTS_TRIM_MS, () => {
			void this.#look().then(() => this.start());
		});
	}

	stop(): void {
		this.#stopped = true;
		this.#timer?.cancel();
	}

	async #look(): Promise<void> {
		const { shard, renewer, dutyTurns, log } = this.#parts;
		const turn = Math.floor(renewer.storeNowMs() / EVENTS_TRIM_MS);
		if (dutyTurns.turnAt(`events ${shard.index} ${turn}`) === undefined) return;
		try {
			while (!this.#stopped && (await shard.events.cut()));
		} catch (error) {
			// The next look goes on with it.
			if (!(error instanceof StoreError)) throw error;
			const told = { err: error, shard: shard.index };
			log.debug(told, "could not cut the stream of events");
		}
	}
}
