/**
 * Whose turn it is to claim announced work.
 *
 * All nodes that hear an announcement compute the same order from it, by weighted
 * rendezvous hashing: node i scores −w_i / ln(u_i), with u_i a hash of (announcement,
 * node) in (0, 1) and w_i its free slots. The highest score goes first, so a node's
 * chance to be first is proportional to its free slots. Going down the order, as many
 * nodes as the announced tasks need claim at once. A few more follow, one turn after
 * another, in case those do not. The rest leave it to their sweep. So one task does not
 * start a stampede. Nodes that may soon be taken away come after all others.
 *
 * Source: Schindelhauer, Schomaker, "Weighted distributed hash tables" (2005). Views of
 * free slots may differ a little between nodes; then two nodes take the same turn, which
 * costs one claim that finds nothing.
 */
import { hash32 } from "./shard.ts";

export interface Candidate {
	readonly nodeId: string;
	readonly freeSlots: number;
	/** Present if it comes after all others, as it may soon be taken away. */
	readonly atRisk?: boolean;
}

export interface Announced {
	/** The key of the announcement, the same for all who hear it. */
	readonly key: string;
	/** The number of tasks. */
	readonly count: number;
	/** The node that accepted the work; it goes first if it can serve it. */
	readonly origin: string;
}

/**
 * How many turns `self` waits before it claims; 0 is at once. Undefined if it should
 * leave the work to others and to its sweep.
 */
export function turnOf(
	self: string,
	announced: Announced,
	candidates: readonly Candidate[],
	extraTurns: number,
): number | undefined {
	const order = candidates
		.filter((candidate) => candidate.freeSlots > 0)
		.map((candidate) => ({
			candidate,
			score:
				candidate.nodeId === announced.origin
					? Number.POSITIVE_INFINITY
					: weightedScore(announced.key, candidate),
		}))
		.sort(
			(a, b) =>
				Number(a.candidate.atRisk ?? false) -
					Number(b.candidate.atRisk ?? false) ||
				b.score - a.score ||
				(a.candidate.nodeId < b.candidate.nodeId ? -1 : 1),
		);
	let covered = 0;
	let turn = 0;
	for (const { candidate } of order) {
		if (covered >= announced.count) turn += 1;
		if (turn > extraTurns) return undefined;
		if (candidate.nodeId === self) return turn;
		covered += candidate.freeSlots;
	}
	return undefined;
}

function weightedScore(key: string, { nodeId, freeSlots }: Candidate): number {
	// A finalizer (murmur3) spreads FNV's weak high bits over the whole word.
	let hash = hash32(nodeId, hash32(key));
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	const unit = (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32;
	return -freeSlots / Math.log(unit);
}
