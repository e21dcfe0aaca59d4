/**
 * Inquest: what is known about a node at the moment its lease is to be taken: what this
 * node sees of it, and what peers have said. It is recorded with the death, for people
 * who ask who saw it, and decides nothing.
 *
 * Of what peers said, only their answers to a question about that node, and their digests
 * while it was silent, count. A peer that sees a node die at the same moment says so
 * itself: it asks for the lease, too, comes too late, and its word is added.
 */
import { DEATH_SIGHTINGS_MAX, LEASE_TTL_MS } from "../../protocol/limits.ts";
import type { Sighting } from "../../protocol/loss.ts";
import type { Gossip, RegisteredNode, RevokeGrounds } from "../ports.ts";

export interface InquestParts {
	readonly self: string;
	readonly gossip: Pick<Gossip, "connected">;
	/** See roster.ts. */
	readonly roster: {
		/** All other nodes that hold a lease, as the registry was last read. */
		readonly others: readonly RegisteredNode[];
		/** Peers that we hear from, and whether they say that they are connected to the node. */
		witnessesOf(nodeId: string): ReadonlyMap<string, boolean>;
	};
	/** See inquirer.ts. */
	readonly inquirer: {
		/** Who said what when last asked about the node: whether it reaches it. */
		findingsOn(nodeId: string): ReadonlyMap<string, boolean>;
	};
}

const OWN_WORDS = {
	now: { port: "refused", verdict: "dead" },
	silent: { port: "silent", verdict: "silent" },
	expired: { verdict: "expired" },
} as const satisfies Record<RevokeGrounds["when"], Partial<Sighting>>;

export class Inquest {
	readonly #parts: InquestParts;

	constructor(parts: InquestParts) {
		this.#parts = parts;
	}

	/** The sightings, this node's own first. At most DEATH_SIGHTINGS_MAX. */
	sightingsOf(nodeId: string, grounds: RevokeGrounds): Sighting[] {
		const own = this.#own(nodeId, grounds);
		// This early, others cannot have said anything that counts.
		const peers = grounds.when === "now" ? [] : this.#peers(nodeId);
		return [own, ...peers].slice(0, DEATH_SIGHTINGS_MAX);
	}

	#own(nodeId: string, grounds: RevokeGrounds): Sighting {
		const { self, gossip, roster } = this.#parts;
		const known = roster.others.find(({ record }) => record.nodeId === nodeId);
		const endMs = grounds.when === "now" ? known?.expiresMs : grounds.expiresMs;
		const isOpen = gossip.connected().includes(nodeId);
		return {
			nodeId: self,
			connection: isOpen ? "open" : "closed",
			...OWN_WORDS[grounds.when],
			...(endMs && { lastRenewalMs: endMs - LEASE_TTL_MS }),
		};
	}

	#peers(nodeId: string): Sighting[] {
		const { self, roster, inquirer } = this.#parts;
		const connected = roster.witnessesOf(nodeId);
		const reached = inquirer.findingsOn(nodeId);
		const peers = new Set([...connected.keys(), ...reached.keys()]);
		for (const each of [self, nodeId]) peers.delete(each);
		return [...peers].map((peer): Sighting => {
			const [isOpen, reaches] = [connected.get(peer), reached.get(peer)];
			return {
				nodeId: peer,
				...(isOpen !== undefined && { connection: isOpen ? "open" : "closed" }),
				...(reaches !== undefined && { port: reaches ? "answers" : "silent" }),
				verdict: isOpen || reaches ? "alive" : "suspect",
			};
		});
	}
}
