/**
 * Who may connect: the peers that the registry names, and no one else.
 *
 * As libp2p's connection gater it refuses all others, in both directions, once the
 * handshake has proved who they are. A stranger that knocks may well be a node that
 * registered a moment ago. So the knock is passed on, for the node to read the registry
 * again; at most once in STRANGER_MS, since one look finds everyone, and strangers must
 * not be able to make the node work.
 */
import type { ConnectionGater, PeerId } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { PEERS_MAX, STRANGER_MS } from "../../protocol/limits.ts";
import type { AdmittedPeer, Clock, Log, Reach } from "../ports.ts";

export class Admission {
	readonly gater: ConnectionGater;
	/** Strangers refused since the owner last cleared this; if they are very many, some of them. */
	readonly knocked = new Set<string>();
	/** Peers whose address has refused a connection since the list was last replaced. As a rule they are dead. */
	readonly refusing = new Set<string>();
	readonly #self: string;
	readonly #clock: Clock;
	readonly #log: Log;
	readonly #listeners: ((nodeId: string) => void)[] = [];
	#peers: ReadonlyMap<string, AdmittedPeer> = new Map();
	#passedOnMs = Number.NEGATIVE_INFINITY;

	constructor(self: string, clock: Clock, log: Log) {
		this.#self = self;
		this.#clock = clock;
		this.#log = log;
		const deny = (peer: PeerId) => !this.#peers.has(peer.toString());
		this.gater = {
			denyDialPeer: deny,
			denyOutboundConnection: deny,
			denyOutboundEncryptedConnection: deny,
			denyInboundEncryptedConnection: (peer) => {
				const denied = deny(peer);
				if (denied) this.#knock(peer.toString());
				return denied;
			},
		};
	}

	get peers(): ReadonlyMap<string, AdmittedPeer> {
		return this.#peers;
	}

	/** Replaces the list. Leaves out this node itself and whatever is not a PeerId. */
	replace(peers: readonly AdmittedPeer[]): void {
		const next = new Map<string, AdmittedPeer>();
		for (const peer of peers) {
			if (next.size === PEERS_MAX) {
				this.#log.warn({ peers: peers.length }, "more peers than admitted");
				break;
			}
			if (peer.nodeId === this.#self) continue;
			if (isPeerId(peer.nodeId)) next.set(peer.nodeId, peer);
			else this.#log.warn({ peer }, "a registered peer without a PeerId");
		}
		this.#peers = next;
		this.refusing.clear();
	}

	/** What a new connection to the peer's address met. */
	reached(nodeId: string, reach: Reach): void {
		if (reach === "refused") this.refusing.add(nodeId);
		else this.refusing.delete(nodeId);
	}

	onStranger(listener: (nodeId: string) => void): void {
		this.#listeners.push(listener);
	}

	#knock(nodeId: string): void {
		if (this.knocked.size < PEERS_MAX) this.knocked.add(nodeId);
		const nowMs = this.#clock.monoMs();
		if (nowMs - this.#passedOnMs < STRANGER_MS) return;
		this.#passedOnMs = nowMs;
		this.#log.debug({ nodeId }, "refused a peer that is not registered");
		for (const listener of this.#listeners) listener(nodeId);
	}
}

function isPeerId(text: string): boolean {
	try {
		return peerIdFromString(text).type === "Ed25519";
	} catch {
		return false; // The only way to say no that the library has.
	}
}
