/** VitalSigns: the signs of life that a node gives to the machine it runs on. */

export class VitalSigns {
	readonly #engines: readonly SignedEngine[];
	readonly #runner: { readonly running: number };

	/** `engines` may still be filled, as long as nobody asks. */
	constructor(
		engines: readonly SignedEngine[],
		runner: { readonly running: number },
	) {
		this.#engines = engines;
		this.#runner = runner;
	}

	/**
	 * When the earliest of all shards' last renewals began, on the monotonic clock;
	 * undefined if none has begun.
	 */
	get renewalsBegunMs(): number | undefined {
		const begun = this.#engines.map(({ renewer }) => renewer.begunMs);
		return begun.reduce((a, b) => ((a ?? Infinity) < (b ?? Infinity) ? a : b));
	}

	/** How many of the node's slots hold tasks. */
	get running(): number {
		return this.#runner.running;
	}
}

/** The engine of a shard: see shard-engine.ts. */
interface SignedEngine {
	readonly renewer: { readonly begunMs: number | undefined };
}
