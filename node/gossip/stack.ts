/**
 * How libp2p is set up for small, fast hints among known peers. Each setting here departs
 * from a default that would hurt; the reasons stand beside them.
 */
import { hash } from "node:crypto";
import {
	type GossipSub,
	gossipsub,
	StrictNoSign,
} from "@chainsafe/libp2p-gossipsub";
import { noise } from "@chainsafe/libp2p-noise";
import { type Identify, identify } from "@libp2p/identify";
import type { ConnectionGater, Libp2p, PrivateKey } from "@libp2p/interface";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import type { Multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import {
	ACCEPTS_PER_HOST_MAX,
	CONNECTIONS_MAX,
	DIAL_TIMEOUT_MS,
	GOSSIP_BACKLOG_BYTES_MAX,
	GOSSIP_PACKET_BYTES_MAX,
	LINK_PING_MS,
	LINK_PING_TIMEOUT_MS,
	SENDER_FORGOTTEN_MS,
	STREAM_TIMEOUT_MS,
} from "../../protocol/limits.ts";
import { inOneWrite } from "./one-write.ts";
import { holdingUpdates } from "./window-updates.ts";

export type Stack = Libp2p<{ identify: Identify; pubsub: GossipSub }>;

/**
 * The number of streams at once over one connection: gossip, lines, identify and ping,
 * with room for the old ones to close.
 */
const STREAMS_MAX = 32;

export function createStack(options: {
	readonly key: PrivateKey;
	readonly listen: Multiaddr;
	readonly topic: string;
	readonly gater: ConnectionGater;
}): Promise<Stack> {
	return createLibp2p({
		start: false,
		privateKey: options.key,
		addresses: { listen: [options.listen.toString()] },
		transports: [tcp()],
		connectionEncrypters: [inOneWrite(noise())],
		streamMuxers: [
			holdingUpdates(
				yamux({
					maxInboundStreams: STREAMS_MAX,
					// The connection monitor below does this, and acts on it.
					enableKeepAlive: false,
				}),
			),
		],
		connectionGater: options.gater,
		connectionManager: {
			maxConnections: CONNECTIONS_MAX,
			// The defaults of 5 a second and 10 at once refuse a cluster that starts on one host.
			inboundConnectionThreshold: ACCEPTS_PER_HOST_MAX,
			maxIncomingPendingConnections: ACCEPTS_PER_HOST_MAX,
			dialTimeout: DIAL_TIMEOUT_MS,
			addressDialTimeout: DIAL_TIMEOUT_MS,
			inboundUpgradeTimeout: DIAL_TIMEOUT_MS,
			// Gossipsub opens its streams one after another: a frozen peer holds up all others
			// for this long.
			outboundStreamProtocolNegotiationTimeout: STREAM_TIMEOUT_MS,
			inboundStreamProtocolNegotiationTimeout: STREAM_TIMEOUT_MS,
		},
		connectionMonitor: {
			pingInterval: LINK_PING_MS,
			pingTimeout: {
				minTimeout: LINK_PING_TIMEOUT_MS,
				maxTimeout: LINK_PING_TIMEOUT_MS,
			},
		},
		services: { identify: identify(), pubsub: createRouter(options.topic) },
	});
}

/**
 * A node sends its own messages to all its peers, and passes others' on to a mesh of
 * three if it has to (see audience.ts). So hints arrive in one hop if there is a
 * connection, and in a few if there is none.
 */
function createRouter(topic: string): ReturnType<typeof gossipsub> {
	return gossipsub({
		// Messages bring their author's signature themselves: see envelope.ts.
		globalSignaturePolicy: StrictNoSign,
		fallbackToFloodsub: false,
		allowedTopics: [topic],
		emitSelf: false,
		floodPublish: true,
		batchPublish: true,
		allowPublishToZeroTopicPeers: true,
		ignoreDuplicatePublishError: true,
		doPX: false,
		// Messages are a few hundred bytes: announcing one to peers costs as much as sending it again.
		idontwantMinDataSize: GOSSIP_PACKET_BYTES_MAX,
		// Tags keep connections from being pruned; here the dialler decides.
		tagMeshPeers: false,
		// Each is one more copy of every message at every node.
		D: 3,
		Dlo: 2,
		Dhi: 6,
		Dscore: 2,
		Dout: 1,
		// A hint that is seconds old is worthless: nothing older is kept for those that missed it.
		mcacheLength: 3,
		mcacheGossip: 2,
		seenTTL: SENDER_FORGOTTEN_MS,
		// The id covers all its bytes: whoever changes one of them has made another message.
		msgIdFn: ({ data }) => hash("sha256", data, "buffer"),
		fastMsgIdFn: ({ data }) => hash("sha256", data ?? "", "base64"),
		// The default of a minute keeps a peer that came back out of the mesh for as long.
		pruneBackoff: 2_000,
		unsubcribeBackoff: 1_000,
		maxInboundStreams: 4,
		maxOutboundStreams: 4,
		maxOutboundBufferSize: GOSSIP_BACKLOG_BYTES_MAX,
		maxInboundDataLength: GOSSIP_PACKET_BYTES_MAX,
		decodeRpcLimits: {
			maxSubscriptions: 8,
			maxMessages: 512,
			maxControlMessages: 64,
			maxIhaveMessageIDs: 2_048,
			maxIwantMessageIDs: 2_048,
			maxIdontwantMessageIDs: 512,
			maxPeerInfos: 0,
		},
		// The default would shut out more than ten peers of one address: nodes on one
		// machine, or behind one router.
		scoreParams: { IPColocationFactorWeight: 0 },
	});
}

/** The TCP port of a stack that has started. */
export function listenedPort(stack: Stack): number {
	for (const address of stack.getMultiaddrs()) {
		const port = address
			.getComponents()
			.find(({ name }) => name === "tcp")?.value;
		if (port !== undefined) return Number(port);
	}
	throw new Error("libp2p listens on no TCP port");
}
