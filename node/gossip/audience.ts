/**
 * Whether a message needs to be passed on: not if its author has told every peer of this
 * node itself. The author reaches those that its last digest names and whose own last
 * digest names the author: a node that names a peer has heard it, so each hears the
 * other.
 *
 * In a cluster that is connected all with all nothing is passed on, and a node gets each
 * message once instead of four times. If a path dies and nobody has seen that yet, the
 * messages that go that way are lost until the link is given up (LINK_PING_MS and its
 * timeout) or a digest leaves the peer out. Gossip is a hint: sweeps find what it would
 * have told.
 */
import {
	type Digest,
	type GossipMessage,
	shortName,
} from "../../protocol/gossip.ts";

interface Reached {
	readonly epoch: number;
	readonly seq: number;
	/** Short names. */
	readonly peers: ReadonlySet<string>;
}

export class Audience {
	/** Whom each author reaches, by its newest digest. */
	readonly #reached = new Map<string, Reached>();

	/** To be called with every message that was let in, in whatever order. */
	heard(message: GossipMessage): void {
		if (message.kind !== "digest") return;
		const { from, epoch, seq, peers } = message;
		if (this.#isNews(message))
			this.#reached.set(from, { epoch, seq, peers: new Set(peers) });
	}

	/** Whether the author of the message reaches all of these nodes itself, or is one of them. */
	isReached(
		{ from, epoch }: GossipMessage,
		nodeIds: Iterable<string>,
	): boolean {
		const own = this.#reached.get(from);
		// What a former life of the author reached says nothing.
		if (own === undefined || own.epoch !== epoch) return false;
		const author = shortName(from);
		for (const nodeId of nodeIds) {
			if (nodeId === from) continue;
			if (!own.peers.has(shortName(nodeId))) return false;
			if (!this.#reached.get(nodeId)?.peers.has(author)) return false;
		}
		return true;
	}

	/** The node's link has closed: what it said about its peers may no longer hold. */
	forget(nodeId: string): void {
		this.#reached.delete(nodeId);
	}

	/** Discards all nodes but these. */
	keep(nodeIds: ReadonlySet<string>): void {
		for (const nodeId of this.#reached.keys())
			if (!nodeIds.has(nodeId)) this.#reached.delete(nodeId);
	}

	#isNews({ from, epoch, seq }: Digest): boolean {
		const known = this.#reached.get(from);
		if (known === undefined || epoch > known.epoch) return true;
		return epoch === known.epoch && seq > known.seq;
	}
}
