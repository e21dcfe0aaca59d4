/**
 * HomeWord: what shard 0, the home of the cluster's number of shards, last said to this
 * node, for the node's engines of the other shards.
 *
 * A shard takes the number of whoever opens a session in it, so a node opens one only
 * while it is sure of its number: shard 0 has just renewed its session there. Otherwise a
 * node could have been away while the store lost everything and others made the cluster
 * anew, and would give its own number to shards of the new cluster. It waits for shard 0
 * instead, whose answer says that the number is still its own, or ends the node. And
 * since an opening may reach its shard late, it says until when the number is sure.
 *
 * A shard may also keep a number that is no longer the cluster's, when only shard 0 has the
 * new one: shard 0 alone has lost its data, or an opening came after its cluster was gone. So
 * other shards are asked about the id of a task only on such a word, too.
 */

import type { SessionName } from "../../protocol/lease.ts";
import { STORE_EMPTY_MS } from "../../protocol/limits.ts";
import { type ShardTasks, StoreError } from "../ports.ts";

/** What this needs of an engine. */
interface Member {
	readonly shard: { readonly tasks: Pick<ShardTasks, "get"> };
	readonly renewer: {
		readonly session: SessionName | undefined;
		/** In shard 0: whether it has just said that the number is this node's. */
		readonly knowsNumber: boolean;
		readonly renewedMs: number | undefined;
		hurry(): void;
	};
}

export class HomeWord {
	readonly #engines: readonly Member[];

	/** `engines`: in the order of their shards. */
	constructor(engines: readonly Member[]) {
		this.#engines = engines;
	}

	/**
	 * Whether a session may be opened in this shard. If not, asks shard 0, and `renewed`
	 * reports the answer.
	 */
	mayOpen(shard: number): boolean {
		if (shard === 0 || this.#home.knowsNumber) return true;
		this.#home.hurry();
		return false;
	}

	/**
	 * Makes sure that the cluster has this node's number, before tasks are looked for, or put,
	 * in another shard than 0. If shard 0 has not just said so it is asked, by a read: a store
	 * that takes no writes answers that, too, and a node without a session may ask.
	 *
	 * @throws StoreError `unsettled` if the cluster has another number, or none
	 */
	async confirm(): Promise<void> {
		if (this.#home.knowsNumber) return;
		const [{ shard }] = this.#engines as readonly [Member];
		try {
			await shard.tasks.get([]);
		} catch (error) {
			if (!(error instanceof StoreError) || error.kind !== "unknown")
				throw error;
			// Nothing has been done of what was to be done.
			const about =
				"the first shard does not say whether the number is its own";
			throw new StoreError("unreachable", about, error);
		}
	}

	/** Until when the cluster is certain to have this node's number, on the monotonic clock. */
	get sureUntilMs(): number {
		return (this.#home.renewedMs ?? -Infinity) + STORE_EMPTY_MS;
	}

	/** The shard does not have this node's number: asks it and shard 0 why. */
	unsettled(shard: number): void {
		this.#home.hurry();
		this.#engines[shard]?.renewer.hurry();
	}

	/** When a shard last renewed its session has changed. */
	renewed(shard: number): void {
		if (shard !== 0 || !this.#home.knowsNumber) return;
		for (const { renewer } of this.#engines)
			if (renewer.session === undefined) renewer.hurry();
	}

	get #home(): Member["renewer"] {
		return (this.#engines[0] as Member).renewer;
	}
}
