/**
 * Where a chaos cluster stands: its addresses, and how a node's process is started there.
 * It stands on the loopback interface or, if the network itself is to be cut, in
 * `network.ts`.
 */
export interface Ground {
	/** The host on which Redis listens. */
	readonly redisHost: string;
	nodeAt(index: number): NodePlace;
}

export interface NodePlace {
	/** `host:port` of the HTTP side, as seen by the run. */
	readonly http: string;
	readonly p2p: string;
	/** Comes before the command that starts the node. */
	readonly prefix: readonly string[];
	/** Flags that a node needs there. */
	readonly flags: readonly string[];
}

/** @param ports of the HTTP sides, one per node */
export function loopback(ports: readonly number[]): Ground {
	return {
		redisHost: "127.0.0.1",
		nodeAt: (index) => ({
			http: `127.0.0.1:${ports[index]}`,
			p2p: "127.0.0.1:0",
			prefix: [],
			flags: [],
		}),
	};
}
