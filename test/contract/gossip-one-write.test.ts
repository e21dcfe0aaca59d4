/** How what nodes say to each other leaves them, on real connections. */
import { Socket } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Gossip } from "../../node/ports.ts";
import { type GossipBench, libp2pBench } from "./gossip-bench.ts";

let bench: GossipBench;
beforeEach(async () => {
	bench = await libp2pBench();
});
afterEach(async () => {
	vi.restoreAllMocks();
	await bench.close();
});

const peer = ({ nodeId, address }: Gossip) => ({ nodeId, p2p: address });

function announce(gossip: Gossip, seq: number): void {
	gossip.publish({
		...{ kind: "announce", from: gossip.nodeId, epoch: 1, seq },
		routes: [{ shard: 0, route: "q|t|", count: 1, topPriority: 5 }],
	});
}

test("each encrypted message leaves in one write, length and all", async () => {
	const [ann, bob] = [await bench.node("ann"), await bench.node("bob")];
	const linked = (gossip: Gossip) =>
		new Promise<void>((resolve) => gossip.onPeer(() => resolve()));
	const met = [linked(ann), linked(bob)];
	ann.admit([peer(bob)]);
	bob.admit([peer(ann)]);
	await Promise.all(met);
	const write = vi.spyOn(Socket.prototype, "write");
	const seqs: number[] = [];
	const heard = new Promise<void>((resolve) =>
		bob.onMessage(({ seq }) => {
			seqs.push(seq);
			if (seq === 3) resolve();
		}),
	);
	for (const seq of [1, 2, 3]) announce(ann, seq);
	await heard;
	const written = write.mock.calls.map(([data]) => data as Uint8Array);
	expect(written.length).toBeGreaterThanOrEqual(seqs.length);
	// Noise: the length, in two bytes, and as much behind it.
	for (const data of written)
		expect(Buffer.from(data).readUInt16BE(0)).toBe(data.length - 2);
});
