/**
 * Gossip for a node that has none, like `node/gossip/no-gossip.ts`, but without the key.
 */

import type { Gossip } from "../../node/ports.ts";
import { noneByKind } from "../../protocol/gossip.ts";

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
		traffic: { sent: noneByKind(), received: noneByKind(), dropped: {} },
		connected: () => [],
		probe: async () => "unreachable",
	};
}
