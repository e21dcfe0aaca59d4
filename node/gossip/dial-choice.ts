/**
 * Which peers a node dials. A small cluster is connected all with all. In a large one
 * each node dials a few, drawn by rendezvous hashing of (self, peer): the same ones again
 * after a restart, at most one changed when a peer comes or goes, and different ones for
 * every node. So all together form a random graph of degree 2 × DIAL_SOME, which is
 * connected and a few hops wide.
 */
import { DIAL_ALL_MAX, DIAL_SOME } from "../../protocol/limits.ts";
import { hash32 } from "../../protocol/shard.ts";
import type { AdmittedPeer } from "../ports.ts";

export function chooseDials(
	self: string,
	peers: readonly AdmittedPeer[],
): readonly AdmittedPeer[] {
	const dialable = peers.filter(({ p2p }) => p2p !== "");
	if (dialable.length <= DIAL_ALL_MAX) return dialable;
	return dialable
		.map((peer) => ({ peer, score: hash32(self, hash32(peer.nodeId)) }))
		.sort(
			(a, b) => b.score - a.score || (a.peer.nodeId < b.peer.nodeId ? -1 : 1),
		)
		.slice(0, DIAL_SOME)
		.map(({ peer }) => peer);
}
