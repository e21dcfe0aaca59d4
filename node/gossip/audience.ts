/**
 * Whether a message needs to be passed on: not where its author, by its last digest, is
 * connected to every peer of this node, and so has told them all itself.
 *
 * In a cluster that is connected all with all nothing is passed on, and a node gets each
 * message once instead of four times. Where a link fails and only one side knows, what
 * goes that way is lost until the link is tried (LINK_PING_MS) or the author's next digest
 * leaves that peer out; hints may get lost, and sweeps find what they told of.
 */
import { type GossipMessage, shortName } from "../../protocol/gossip.ts";

export class Audience {
	/** Short names of those that an author is connected to. */
	readonly #reached = new Map<string, ReadonlySet<string>>();

	/** To be told of every message that was let in. */
	heard(message: GossipMessage): void {
		if (message.kind === "digest")
			this.#reached.set(message.from, new Set(message.peers));
	}

	/** Whether the author itself reaches all of these nodes, or is one of them. */
	isReached(author: string, nodeIds: Iterable<string>): boolean {
		const reached = this.#reached.get(author);
		if (reached === undefined) return false;
		for (const nodeId of nodeIds)
			if (nodeId !== author && !reached.has(shortName(nodeId))) return false;
		return true;
	}

	/** Forgets all other authors. */
	keep(authors: ReadonlySet<string>): void {
		for (const author of this.#reached.keys())
			if (!authors.has(author)) this.#reached.delete(author);
	}
}
