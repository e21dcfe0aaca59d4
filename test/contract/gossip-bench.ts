/**
 * Two benches on which the same suite runs: nodes on real libp2p over loopback,
 * and nodes on the hub that stands in for it.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { Sealer } from "../../node/gossip/envelope.ts";
import { toMultiaddr } from "../../node/gossip/host-port.ts";
import { loadKey } from "../../node/gossip/key-file.ts";
import { createGossip } from "../../node/gossip/libp2p-gossip.ts";
import { createStack } from "../../node/gossip/stack.ts";
import type { AdmittedPeer, Gossip, Log } from "../../node/ports.ts";
import { systemClock, systemRandom } from "../../node/world/clock.ts";
import { GossipHub } from "../fakes/gossip-hub.ts";

export interface GossipBench {
	/** A started node. The same name means the same identity; an earlier node of that name must be dead. */
	node(name: string, cluster?: string): Promise<Gossip>;
	/** Ends the node without a word. */
	kill(gossip: Gossip): Promise<void>;
	/** A peer that admits everyone, and sends whatever it is told to. */
	rogue(name: string): Promise<Rogue>;
	close(): Promise<void>;
}

export interface Rogue extends AdmittedPeer {
	/** Resolves when it has heard that the peer listens to it. */
	linkedTo(nodeId: string): Promise<void>;
	say(bytes: Uint8Array): Promise<void>;
}

export const silentLog: Log = {
	debug() {},
	info() {},
	warn() {},
	error() {},
};

const LOOPBACK = { host: "127.0.0.1", port: 0 };

export async function libp2pBench(): Promise<GossipBench> {
	const root = await mkdtemp(join(tmpdir(), "hearsay-gossip-"));
	const open = new Set<{ stop(): Promise<void> | void }>();
	return {
		async node(name, cluster = "hearsay") {
			const gossip = await createGossip({
				dataDir: join(root, name),
				listen: LOOPBACK,
				cluster,
				clock: systemClock,
				random: systemRandom,
				log: silentLog,
			});
			await gossip.start();
			open.add(gossip);
			return gossip;
		},
		async kill(gossip) {
			open.delete(gossip);
			await gossip.stop();
		},
		async rogue(name) {
			const key = await loadKey(join(root, name), systemRandom);
			const topic = "hearsay/hearsay";
			const sealer = new Sealer(key, topic);
			const stack = await createStack({
				key,
				listen: toMultiaddr(LOOPBACK),
				topic,
				gater: {},
			});
			await stack.start();
			open.add(stack);
			const { pubsub } = stack.services;
			pubsub.subscribe(topic);
			const [address] = stack.getMultiaddrs();
			const isLinked = (nodeId: string) =>
				pubsub.getSubscribers(topic).some((id) => id.toString() === nodeId);
			return {
				nodeId: peerIdFromPrivateKey(key).toString(),
				p2p: `127.0.0.1:${address?.getComponents()[1]?.value}`,
				linkedTo: (nodeId) =>
					new Promise((resolve) => {
						const look = () => isLinked(nodeId) && resolve();
						pubsub.addEventListener("subscription-change", look);
						look();
					}),
				async say(bytes) {
					await pubsub.publish(topic, sealer.seal(bytes));
				},
			};
		},
		async close() {
			await Promise.all([...open].map((node) => node.stop()));
			await rm(root, { recursive: true });
		},
	};
}

export async function hubBench(): Promise<GossipBench> {
	const hub = new GossipHub(systemClock, systemRandom);
	const join = async (name: string, cluster?: string) => {
		const gossip = hub.join(`id-of-${name}`, cluster);
		await gossip.start();
		return gossip;
	};
	return {
		node: join,
		async kill(gossip) {
			hub.kill(gossip.nodeId);
		},
		async rogue(name) {
			const gossip = await join(name);
			return {
				nodeId: gossip.nodeId,
				p2p: gossip.address,
				linkedTo: (nodeId) => {
					const linked = new Promise<void>((resolve) => {
						gossip.onPeer((peer) => peer === nodeId && resolve());
					});
					gossip.admit([{ nodeId, p2p: "any:1" }]);
					return linked;
				},
				async say(bytes) {
					hub.inject(gossip.nodeId, bytes);
				},
			};
		},
		async close() {},
	};
}
