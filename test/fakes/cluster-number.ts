/** The number of shards of a cluster, as the first shard of the store's twin keeps it. */
export class ClusterNumber {
	/** Undefined if it is not fixed (any more). */
	fixed: number | undefined;
	/** What the twin's user says that it is, where a pulse does not. */
	readonly #told: number;
	readonly #isHome: boolean;

	constructor(told: number, isHome: boolean) {
		this.#told = told;
		this.#isHome = isHome;
	}

	/** Returns the number that is there, where it is another than a pulse tells. */
	keep(told = this.#told): number | undefined {
		if (!this.#isHome) return undefined;
		this.fixed ??= told;
		return this.fixed === told ? undefined : this.fixed;
	}

	/** The number that is fixed, now or before, or why none is. */
	agree(
		shards: number,
		mayMake: boolean,
		isEmpty: boolean,
	): number | "empty" | "used" {
		if (this.fixed !== undefined) return this.fixed;
		if (!isEmpty) return "used";
		if (!mayMake) return "empty";
		this.fixed = shards;
		return shards;
	}
}
