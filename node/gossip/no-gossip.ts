/**
 * The gossip port for a node that runs without gossip: it has the identity that it would
 * have with it, says nothing, hears nothing and has no address. Every duty then rests on
 * its sweep.
 */
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { noneByKind } from "../../protocol/gossip.ts";
import type { Gossip, Random } from "../ports.ts";
import { loadKey } from "./key-file.ts";

export async function createNoGossip(options: {
	readonly dataDir: string;
	readonly random: Random;
}): Promise<Gossip> {
	const key = await loadKey(options.dataDir, options.random);
	return {
		nodeId: peerIdFromPrivateKey(key).toString(),
		address: "",
		start: async () => {},
		stop: async () => {},
		publish: () => {},
		tell: () => {},
		onMessage: () => {},
		onPeer: () => {},
		admit: () => {},
		onStranger: () => {},
		traffic: { sent: noneByKind(), received: noneByKind(), dropped: {} },
		connected: () => [],
		probe: async () => "unreachable",
	};
}
