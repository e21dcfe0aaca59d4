/** Small clusters are connected all with all, large ones by a few each. */
import { expect, test } from "vitest";
import { chooseDials } from "../../node/gossip/dial-choice.ts";
import { DIAL_ALL_MAX, DIAL_SOME } from "../../protocol/limits.ts";

const cluster = (size: number) =>
	Array.from({ length: size }, (_, i) => ({
		nodeId: `12D3KooW${(i * 2_654_435_761).toString(36)}`,
		p2p: `10.0.0.1:${i}`,
	}));

test("up to the limit all peers are dialled", () => {
	const peers = cluster(DIAL_ALL_MAX);
	expect(chooseDials("self", peers)).toEqual(peers);
});

test("a peer without an address is not dialled", () => {
	expect(chooseDials("self", [{ nodeId: "a", p2p: "" }])).toEqual([]);
});

test("beyond the limit a few peers are dialled, the same ones in any order", () => {
	const peers = cluster(200);
	const chosen = chooseDials("self", peers);
	expect(chosen).toHaveLength(DIAL_SOME);
	expect(chooseDials("self", [...peers].reverse())).toEqual(chosen);
});

test("a peer that goes changes one choice at most", () => {
	const peers = cluster(200);
	const before = new Set(chooseDials("self", peers));
	for (const gone of peers) {
		const after = chooseDials(
			"self",
			peers.filter((peer) => peer !== gone),
		);
		const kept = after.filter((peer) => before.has(peer)).length;
		expect(kept).toBeGreaterThanOrEqual(DIAL_SOME - 1);
	}
});

test("a thousand nodes form one graph, three hops wide, no node overrun", () => {
	const peers = cluster(1_000);
	const links = new Map<string, Set<string>>(
		peers.map(({ nodeId }) => [nodeId, new Set()]),
	);
	for (const { nodeId } of peers) {
		const others = peers.filter((peer) => peer.nodeId !== nodeId);
		for (const chosen of chooseDials(nodeId, others)) {
			links.get(nodeId)?.add(chosen.nodeId);
			links.get(chosen.nodeId)?.add(nodeId);
		}
	}
	const degrees = [...links.values()].map((set) => set.size);
	expect(Math.max(...degrees)).toBeLessThan(4 * DIAL_SOME);
	let reached = new Set([peers[0]?.nodeId ?? ""]);
	for (let hop = 0; hop < 3; hop++) {
		reached = new Set(
			[...reached].flatMap((id) => [id, ...(links.get(id) ?? [])]),
		);
	}
	expect(reached.size).toBe(1_000);
});
