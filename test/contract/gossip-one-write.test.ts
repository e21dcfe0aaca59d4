/** How messages leave a node, on real connections. */
import { Socket } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Gossip } from "../../node/ports.ts";
import { ANNOUNCE_ROUTES_MAX } from "../../protocol/limits.ts";
import { type GossipBench, libp2pBench } from "./gossip-bench.ts";

const MESSAGES = 150;
const YAMUX_WINDOW_BYTES = 256 * 1024;
/** A frame of yamux without data: Noise adds its length and a tag. */
const ENCRYPTED_HEADER_BYTES = 2 + 12 + 16;

let bench: GossipBench;
beforeEach(async () => {
	bench = await libp2pBench();
});
afterEach(async () => {
	vi.restoreAllMocks();
	await bench.close();
});

const peer = ({ nodeId, address }: Gossip) => ({ nodeId, p2p: address });

function announce(gossip: Gossip, seq: number, routes = 1): void {
	gossip.publish({
		...{ kind: "announce", from: gossip.nodeId, epoch: 1, seq },
		routes: Array.from({ length: routes }, (_, i) => ({
			...{ shard: 0, route: `q${i}|t|`, count: 1, topPriority: 5 },
		})),
	});
}

/** Two nodes, linked. */
async function pair(): Promise<[Gossip, Gossip]> {
	const [ann, bob] = [await bench.node("ann"), await bench.node("bob")];
	const linked = (gossip: Gossip) =>
		new Promise<void>((resolve) => gossip.onPeer(() => resolve()));
	const met = [linked(ann), linked(bob)];
	ann.admit([peer(bob)]);
	bob.admit([peer(ann)]);
	await Promise.all(met);
	return [ann, bob];
}

test("each encrypted message leaves in one write, length and all", async () => {
	const [ann, bob] = await pair();
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
	// Noise: two bytes of length, and as many bytes as they say.
	for (const data of written)
		expect(Buffer.from(data).readUInt16BE(0)).toBe(data.length - 2);
});

test("a node writes nothing when it hears a message, and can hear more than a window of them", async () => {
	const [ann, bob] = await pair();
	const write = vi.spyOn(Socket.prototype, "write");
	let heard: PromiseWithResolvers<void>;
	bob.onMessage(() => heard.resolve());
	for (let seq = 1; seq <= MESSAGES; seq += 1) {
		heard = Promise.withResolvers();
		announce(ann, seq, ANNOUNCE_ROUTES_MAX);
		await heard.promise;
	}
	const sizes = write.mock.calls.map(([data]) => (data as Uint8Array).length);
	const bytes = sizes.reduce((sum, size) => sum + size, 0);
	expect(bytes).toBeGreaterThan(YAMUX_WINDOW_BYTES);
	// Frames of streams that were about to end, and one for each half of a window.
	const headers = sizes.filter((size) => size === ENCRYPTED_HEADER_BYTES);
	expect(headers.length).toBeLessThan(MESSAGES / 10);
	expect(headers.length).toBeGreaterThan(0);
});
