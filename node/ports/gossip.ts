/**
 * Gossip: hints between nodes, best effort.
 */
import type { GossipMessage } from "../../protocol/gossip.ts";

/** A peer that is registered in the store. */
export interface AdmittedPeer {
	readonly nodeId: string;
	/** `host:port`, or "" if it cannot be dialled. */
	readonly p2p: string;
}

export interface Gossip {
	/** This node's stable PeerId. */
	readonly nodeId: string;
	/**
	 * `host:port` that others can dial, once started. It changes with the machine's
	 * address. "" without gossip.
	 */
	readonly address: string;
	start(): Promise<void>;
	stop(): Promise<void>;
	/** Best effort. Never waits, and throws only for a message that exceeds its limit. */
	publish(message: GossipMessage): void;
	/**
	 * The same, for one peer alone: others may hear it, too, unless it is a digest. A peer that
	 * has just been connected hears that as soon as it can.
	 */
	tell(nodeId: string, message: GossipMessage): void;
	/** Messages from admitted peers, decoded, in no particular order, perhaps repeated. */
	onMessage(listener: (message: GossipMessage) => void): void;
	/**
	 * Called when gossip with an admitted peer becomes possible, and when its connection
	 * has closed.
	 */
	onPeer(listener: (nodeId: string, connected: boolean) => void): void;
	/**
	 * The peers to talk to, in place of the former ones. These are dialled until connected;
	 * all others are refused.
	 */
	admit(peers: readonly AdmittedPeer[]): void;
	/**
	 * Called when a peer that is not admitted connects: the registry may have been read too
	 * long ago.
	 */
	onStranger(listener: (nodeId: string) => void): void;
	/** The messages sent, received and dropped so far. */
	readonly traffic: GossipTraffic;
	/** The admitted peers that are connected now. */
	connected(): readonly string[];
	/**
	 * What a plain connection to an admitted peer's address meets. `refused`: its host says
	 * that nobody listens there. `unreachable`: the network, this node or a silent host may
	 * be the reason. Never throws.
	 */
	probe(nodeId: string, timeoutMs: number): Promise<Reach>;
}
export type Reach = "answers" | "refused" | "unreachable";

type ByKind = Readonly<Record<GossipMessage["kind"], number>>;

export interface GossipTraffic {
	readonly sent: ByKind;
	/** Messages that were let in. */
	readonly received: ByKind;
	/** Messages that were not let in, by reason. */
	readonly dropped: Readonly<Record<string, number>>;
}
