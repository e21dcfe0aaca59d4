/** VitalSigns: what the machine that a node runs on is told of it. */

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

	/** Of the last renewals of all shards, when the first one began, on the monotonic clock; undefined: none has begun. */
	get renewalsBegunMs(): number | undefined {
		const begun = this.#engines.map(({ renewer }) => renewer.begunMs);
		return begun.reduce((a, b) => ((a ?? Infinity) < (b ?? Infinity) ? a : b));
	}

	/** Tasks in the node's hands, of its slots. */
	get running(): number {
		return this.#runner.running;
	}
}

/** The engine of a shard: see shard-engine.ts. */
interface SignedEngine {
	readonly renewer: { readonly begunMs: number | undefined };
}
