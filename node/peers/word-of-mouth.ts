/**
 * WordOfMouth: the last digest of each peer, and what it may count as: the peer's current
 * state, or even a witness of how others are.
 */
import { digestKnownMs } from "../../protocol/digest-pace.ts";
import { type Digest, shortName } from "../../protocol/gossip.ts";
import { DIGEST_STALE_MS } from "../../protocol/limits.ts";
import type { Clock, Gossip } from "../ports.ts";

export interface WordOfMouthParts {
	readonly clock: Clock;
	readonly gossip: Pick<Gossip, "connected">;
}

/** What tells words that count no more from those that a node says since. */
export type Outdated =
	| { readonly epoch: number }
	| { readonly heardByMs: number };

interface Heard {
	readonly digest: Digest;
	readonly atMs: number;
}

export class WordOfMouth {
	/** The number of nodes: the more there are, the less often a digest comes. */
	nodes = 1;
	readonly #heard = new Map<string, Heard>();
	/** The last session of each peer that is known to be over, by its epoch. */
	readonly #over = new Map<string, number>();
	readonly #parts: WordOfMouthParts;

	constructor(parts: WordOfMouthParts) {
		this.#parts = parts;
	}

	/** False if the digest is older than one that was heard before. */
	hear(digest: Digest): boolean {
		const { from, epoch, seq } = digest;
		const former = this.#heard.get(from)?.digest ?? { epoch: -1, seq: -1 };
		if (epoch < former.epoch) return false;
		if (epoch === former.epoch && seq <= former.seq) return false;
		const { clock } = this.#parts;
		this.#heard.set(from, { digest, atMs: clock.monoMs() });
		return true;
	}

	/** Discards the digests of all others. */
	keep(nodeIds: { has(nodeId: string): boolean }): void {
		for (const known of [this.#heard, this.#over])
			for (const nodeId of known.keys())
				if (!nodeIds.has(nodeId)) known.delete(nodeId);
	}

	/**
	 * What the peer has said in that session or an earlier one, or by that time, counts no
	 * more. It stays known which digest was the last: an older one may still be on its way.
	 */
	outdate(nodeId: string, outdated: Outdated): void {
		const heard = this.#heard.get(nodeId);
		if ("epoch" in outdated) {
			const { epoch } = outdated;
			this.#over.set(nodeId, Math.max(epoch, this.#over.get(nodeId) ?? epoch));
			if (heard === undefined || heard.digest.epoch > epoch) return;
		} else if (heard === undefined || heard.atMs > outdated.heardByMs) return;
		this.#heard.set(nodeId, { ...heard, atMs: Number.NEGATIVE_INFINITY });
	}

	/** The peer's digest, as long as it may count as the peer's current state. */
	known(nodeId: string): Digest | undefined {
		return this.#heardWithin(digestKnownMs(this.nodes), nodeId);
	}

	/** That digest, if the session in which the peer said it is not known to be over. */
	inSession(nodeId: string): Digest | undefined {
		const digest = this.known(nodeId);
		const over = this.#over.get(nodeId) ?? -1;
		return digest === undefined || digest.epoch <= over ? undefined : digest;
	}

	/**
	 * The digests that say how peers are now, and whom they see: new ones, and older ones
	 * of peers that reach the store and are connected to us. A peer that no longer reaches
	 * the store says so at once. (A peer that has vanished says nothing, and passes for one
	 * that reaches the store until its connection is given up.)
	 */
	witnesses(): Map<string, Digest> {
		const connected = new Set(this.#parts.gossip.connected());
		const witnesses = new Map<string, Digest>();
		for (const peer of this.#heard.keys()) {
			const known = this.known(peer);
			const stands = known?.storeUp && connected.has(peer);
			const digest = stands ? known : this.#heardWithin(DIGEST_STALE_MS, peer);
			if (digest !== undefined) witnesses.set(peer, digest);
		}
		return witnesses;
	}

	/** For each witness, whether it says that it is connected to the node. */
	seeing(nodeId: string): Map<string, boolean> {
		const name = shortName(nodeId);
		const words = [...this.witnesses()].map(
			([peer, { peers }]) => [peer, peers.includes(name)] as const,
		);
		return new Map(words);
	}

	#heardWithin(ms: number, nodeId: string): Digest | undefined {
		const heard = this.#heard.get(nodeId);
		if (heard === undefined) return undefined;
		const ageMs = this.#parts.clock.monoMs() - heard.atMs;
		return ageMs <= ms ? heard.digest : undefined;
	}
}
