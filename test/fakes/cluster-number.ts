/** The number of shards of a cluster, as a shard of the store's twin has it: the first decides. */
import { unsettled } from "../../node/ports.ts";

export class ClusterNumber {
	/** Undefined if it is not fixed (any more). */
	fixed: number | undefined;

	/** Returns the number that is there, where it is another than a node tells; if none is, this is it. */
	keep(told: number): number | undefined {
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

	/** @throws StoreError where somebody goes by another. */
	check(told: number | undefined): void {
		if (told !== undefined && told !== this.fixed) throw unsettled();
	}
}
