/**
 * Gossip: hints between nodes, best effort.
 */
import type { GossipMessage } from "../../protocol/gossip.ts";

/** A peer that should be there: registered in the store. */
export interface AdmittedPeer {
	readonly nodeId: string;
	/** `host:port`, or "" where it cannot be dialled. */
	readonly p2p: string;
}

export interface Gossip {
	/** Own stable PeerId. */
	readonly nodeId: string;
	/** `host:port` that others can dial, once started; another one once the machine's has changed. "" without gossip. */
	readonly address: string;
	start(): Promise<void>;
	stop(): Promise<void>;
	/** Best effort; never waits, and never throws but for a message over its limit. */
	publish(message: GossipMessage): void;
	/** The same, for one peer alone: others may hear it, too. */
	tell(nodeId: string, message: GossipMessage): void;
	/** Messages from admitted peers, decoded, in no order, perhaps repeated. */
	onMessage(listener: (message: GossipMessage) => void): void;
	/** Called when gossip with an admitted peer can flow, and when its connection has closed. */
	onPeer(listener: (nodeId: string, connected: boolean) => void): void;
	/** The peers to talk to, replacing the former list: others are refused, these are dialled until connected. */
	admit(peers: readonly AdmittedPeer[]): void;
	/** Called when someone not admitted knocks: the registry may be behind. */
	onStranger(listener: (nodeId: string) => void): void;
	/** Messages so far. */
	readonly traffic: GossipTraffic;
	/** Admitted peers connected now. */
	connected(): readonly string[];
	/**
	 * What a plain connection to an admitted peer's address meets. `refused` is
	 * the word of its host that nobody listens there; `unreachable` may be the
	 * network, this node or a silent host. Never throws.
	 */
	probe(nodeId: string, timeoutMs: number): Promise<Reach>;
}
export type Reach = "answers" | "refused" | "unreachable";

type ByKind = Readonly<Record<GossipMessage["kind"], number>>;

export interface GossipTraffic {
	readonly sent: ByKind;
	/** That were let in. */
	readonly received: ByKind;
	/** By why they were not. */
	readonly dropped: Readonly<Record<string, number>>;
}
