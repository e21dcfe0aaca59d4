/**
 * Witnesses: the peers that may say whether this node's leases can be trusted, and that
 * may be judged silent. Knows who they are, as the registry was last read, and what each
 * has said.
 */
import type { PeerWord } from "../../protocol/trust.ts";
import type { Gossip, RegisteredNode } from "../ports.ts";

export interface WitnessesParts {
	readonly gossip: Pick<Gossip, "address">;
	/** See roster.ts. */
	readonly roster: {
		readonly others: readonly RegisteredNode[];
		/** Whether somebody has come who is not among them yet. */
		readonly unread: boolean;
	};
	/** See inquirer.ts. */
	readonly inquirer: {
		ask(peers: Iterable<string>): void;
		wordOf(nodeId: string): Omit<PeerWord, "gossips">;
	};
}

interface Peers {
	/** The words of all registered nodes but this one. */
	readonly words: readonly PeerWord[];
	/** Whether somebody has come who is not among them yet. */
	readonly unread: boolean;
}

export class Witnesses {
	readonly #parts: WitnessesParts;

	constructor(parts: WitnessesParts) {
		this.#parts = parts;
	}

	/** Whether this node can be asked, and others may take it for silent. */
	get gossips(): boolean {
		return this.#parts.gossip.address !== "";
	}

	get peers(): Peers {
		const { roster, inquirer } = this.#parts;
		const words = roster.others.map(
			({ record: { nodeId, p2p } }): PeerWord => ({
				...inquirer.wordOf(nodeId),
				gossips: p2p !== "",
			}),
		);
		return { words, unread: roster.unread };
	}

	/**
	 * Peers that gossip. Undefined if this node does not, or may not know all of them: with
	 * one more, the cluster may be too large to judge anybody's silence.
	 */
	get judgeable(): ReadonlySet<string> | undefined {
		return this.gossips && !this.#parts.roster.unread
			? this.#gossiping
			: undefined;
	}

	/** Asks all of them. */
	ask(): void {
		this.#parts.inquirer.ask(this.gossips ? this.#gossiping : []);
	}

	get #gossiping(): ReadonlySet<string> {
		return new Set(
			this.#parts.roster.others
				.filter(({ record }) => record.p2p !== "")
				.map(({ record }) => record.nodeId),
		);
	}
}
