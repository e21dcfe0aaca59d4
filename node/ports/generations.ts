/**
 * Generations: what a node remembers of its shards from one life to the next.
 */
import type { Generation } from "../../protocol/token.ts";

export interface Generations {
	/** The last that was kept of the shard, in whatever life; NO_GENERATION where none was. */
	recall(shard: number): Generation;
	/**
	 * What was kept when this returns outlives the node's process. Never throws: what
	 * cannot be kept is remembered for this life alone.
	 */
	keep(shard: number, raised: Generation): void;
}
