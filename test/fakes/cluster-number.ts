/**
 * The number of shards of a cluster, as a shard of the store's twin has it: the first
 * node decides.
 */
import { unsettled } from "../../node/ports.ts";

export class ClusterNumber {
	/** Undefined if the number is not fixed, or no longer. */
	fixed: number | undefined;

	/**
	 * Returns the present number if it differs from the one that a node tells. If there is
	 * none, it becomes the node's.
	 */
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

	/** @throws StoreError if the caller has another number */
	check(told: number | undefined): void {
		if (told !== undefined && told !== this.fixed) throw unsettled();
	}
}
