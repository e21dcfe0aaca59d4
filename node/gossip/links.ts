/** The links to peers as the stack has them, for the redialer. */
import type { PeerId } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import type { AdmittedPeer, Log } from "../ports.ts";
import { parseHostPort, toMultiaddr } from "./host-port.ts";
import type { LinkState, Links } from "./redialer.ts";
import type { Stack } from "./stack.ts";

/**
 * The names of gossip's protocols begin with this and end with a version: one for each
 * that the library speaks.
 */
const GOSSIP_PROTOCOLS = "/meshsub/";

export class StackLinks implements Links {
	readonly #stack: Stack;
	readonly #topic: string;
	readonly #log: Log;
	/**
	 * Kept ids: in an idle node's profile, parsing ids was more than the rest of a look,
	 * and the same ids are looked at for days.
	 */
	readonly #peerIds = new WeakMap<AdmittedPeer, PeerId>();

	constructor(stack: Stack, topic: string, log: Log) {
		this.#stack = stack;
		this.#topic = topic;
		this.#log = log;
	}

	state(peer: AdmittedPeer): LinkState {
		const connections = this.#stack.getConnections(this.#peerIdOf(peer));
		const streams = connections
			.filter(({ status }) => status === "open")
			.flatMap((connection) => connection.streams)
			.filter(({ status, protocol }) => {
				return status === "open" && protocol.startsWith(GOSSIP_PROTOCOLS);
			});
		if (connections.length === 0) return "absent";
		const flows =
			streams.some(({ direction }) => direction === "inbound") &&
			streams.some(({ direction }) => direction === "outbound") &&
			this.hasJoined(peer.nodeId);
		return flows ? "linked" : "mute";
	}

	async dial({ nodeId, p2p }: AdmittedPeer): Promise<void> {
		const address = parseHostPort(p2p);
		if (address === undefined) throw new Error(`${p2p} is not HOST:PORT`);
		await this.#stack.dial(toMultiaddr(address).encapsulate(`/p2p/${nodeId}`));
	}

	cut(nodeId: string, reason: string): void {
		this.#log.debug({ nodeId, reason }, "closed a connection");
		const peer = peerIdFromString(nodeId);
		for (const connection of this.#stack.getConnections(peer)) {
			connection.abort(new Error(reason));
		}
	}

	/** Whether the peer is in the topic: gossip can reach it. */
	hasJoined(nodeId: string): boolean {
		const { pubsub } = this.#stack.services;
		return pubsub
			.getSubscribers(this.#topic)
			.some((subscriber) => subscriber.toString() === nodeId);
	}

	#peerIdOf(peer: AdmittedPeer): PeerId {
		const known = this.#peerIds.get(peer) ?? peerIdFromString(peer.nodeId);
		this.#peerIds.set(peer, known);
		return known;
	}
}
