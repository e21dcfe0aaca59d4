/** A node's name, and where that is kept. */
export interface NodeName {
	/** Given by its user; used if no other node has it. */
	readonly wished: string;
	/**
	 * Given by the store. Before the store was asked, the name of the last time, or the
	 * wished one.
	 */
	readonly current: string;
	/** The store has named the node. */
	give(name: string): void;
}
