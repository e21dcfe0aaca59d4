/** Gossip for a node that has none, as `node/gossip/no-gossip.ts`, but for the key. */
import type { Gossip } from "../../node/ports.ts";

export function createSilence(nodeId: string): Gossip {
	return {
		...{ nodeId, address: "" },
		start: async () => {},
		stop: async () => {},
		publish() {},
		tell() {},
		onMessage() {},
		onPeer() {},
		admit() {},
		onStranger() {},
		connected: () => [],
		probe: async () => "unreachable",
	};
}
