/** What a node is called, and where that is kept. */
export interface NodeName {
	/** By its user, where no other node has that name. */
	readonly wished: string;
	/** By the store. Before the store was asked, as it was the last time, or as wished. */
	readonly current: string;
	/** The store has named the node. */
	give(name: string): void;
}
