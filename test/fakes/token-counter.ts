/** The generation of one shard of the store's twin, with its counter of tokens. */
import { hash32 } from "../../protocol/shard.ts";
import {
	GENERATION_CHANCE,
	type Generation,
	generationAt,
	generationOf,
	tokenFloor,
} from "../../protocol/token.ts";

/** The server that all shards live on. */
export interface Server {
	/** Another text after each start. */
	readonly run: string;
}

export class TokenCounter {
	/** By how much the clock was put back, in all. */
	putBackMs = 0;
	generation = 0;
	readonly #server: Server;
	#run: string | undefined;
	#token = 0;

	constructor(server: Server) {
		this.#server = server;
	}

	/** A copy, to change while this stays as it is. */
	copy(): TokenCounter {
		const copy = new TokenCounter(this.#server);
		copy.putBackMs = this.putBackMs;
		copy.generation = this.generation;
		copy.#run = this.#run;
		copy.#token = this.#token;
		return copy;
	}

	next(): number {
		this.#token += 1;
		return this.#token;
	}

	/** Whether tokens of this generation may be given: not if the server has restarted since. */
	isAdopted(): boolean {
		return this.#run === this.#server.run;
	}

	/**
	 * A server of another run, behind what a node knows, or with another raise to the same
	 * number, may have lost tokens: goes on above all that are known, and at the clock, as
	 * if that had never been put back; by chance, if it stands below them.
	 */
	adopt({ generation: known, run }: Generation, nowMs: number): Generation {
		const carried = generationOf(this.#token);
		const highest = Math.max(this.generation, carried);
		const mayHaveForgotten =
			!this.isAdopted() ||
			known > highest ||
			(known === highest && run !== this.#run);
		this.#run = this.#server.run;
		this.generation = mayHaveForgotten
			? this.#raise(Math.max(highest, known), nowMs)
			: highest;
		this.#token = Math.max(this.#token, tokenFloor(this.generation));
		return this.raised();
	}

	#raise(known: number, nowMs: number): number {
		const byClock = generationAt(nowMs + this.putBackMs);
		if (byClock > known) return byClock;
		const chance = hash32(`${this.#server.run} ${nowMs}`) % GENERATION_CHANCE;
		const generation = known + 1 + chance;
		this.putBackMs = generation - generationAt(nowMs);
		return generation;
	}

	raised(): Generation {
		return { generation: this.generation, run: this.#run ?? "" };
	}
}
