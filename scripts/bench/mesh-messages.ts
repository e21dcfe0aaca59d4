/** What the bench and the processes of a mesh tell each other. */

export interface Peer {
	readonly nodeId: string;
	/** `host:port`. */
	readonly p2p: string;
}

export interface Announced {
	/** Its number, among all that its node says. */
	readonly seq: number;
	readonly atMs: number;
}

export type ToMember =
	/** The registry, in a real cluster: who may be talked to. */
	| { readonly kind: "admit"; readonly peers: readonly Peer[] }
	/** The process's first node shall announce work, so many times. */
	| {
			readonly kind: "announce";
			readonly count: number;
			readonly everyMs: number;
	  }
	| { readonly kind: "report" };

export type FromMember =
	| { readonly kind: "up"; readonly peers: readonly Peer[] }
	| { readonly kind: "announced"; readonly made: readonly Announced[] }
	| Report;

export interface Report {
	readonly kind: "report";
	/** Peers that its nodes have ever heard: of the one that has heard the fewest. */
	readonly peersHeardMin: number;
	/** Connections of all its nodes, each counted at both ends. */
	readonly links: number;
	/** Messages that its nodes have heard since the last report, repeats left out. */
	readonly heard: number;
	/** For each announcement since the last report: how many nodes heard it, and when the last did. */
	readonly announcements: readonly {
		readonly seq: number;
		readonly nodes: number;
		readonly lastMs: number;
	}[];
}
