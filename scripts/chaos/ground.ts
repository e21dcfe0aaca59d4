/**
 * Where a chaos cluster stands: its addresses, and how a node's process is
 * started there. On the loopback interface; or, where the network itself is to
 * be cut, in `network.ts`.
 */
export interface Ground {
	/** Where Redis listens. */
	readonly redisHost: string;
	nodeAt(index: number): NodePlace;
}

export interface NodePlace {
	/** `host:port`, as seen by the run. */
	readonly http: string;
	readonly p2p: string;
	/** Comes before the command that starts the node. */
	readonly prefix: readonly string[];
	/** Flags that the place asks for. */
	readonly flags: readonly string[];
}

/** @param ports of the HTTP sides, one a node. */
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
