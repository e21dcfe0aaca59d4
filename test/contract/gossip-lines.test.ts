/**
 * Lines: what goes over them, what they accept, and what happens if there is none.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Gossip } from "../../node/ports.ts";
import { encodeGossip, type GossipMessage } from "../../protocol/gossip.ts";
import { GOSSIP_BYTES_MAX } from "../../protocol/limits.ts";
import {
	announcement,
	announceUntil,
	LinesBench,
	linked,
	type Peer,
	PROTOCOL,
} from "./lines-bench.ts";

let bench: LinesBench;
beforeEach(async () => {
	bench = await LinesBench.make();
});
afterEach(() => bench[Symbol.asyncDispose]());

function framed(bytes: Uint8Array, length = bytes.length): Uint8Array {
	const head = Buffer.alloc(4);
	head.writeUInt32BE(length);
	return Buffer.concat([head, bytes]);
}

/** A line from the peer to the node, and all that the node hears. */
async function lineTo(gossip: Gossip, peer: Peer) {
	const said: GossipMessage[] = [];
	const waiting = new Map<number, () => void>();
	gossip.onMessage((message) => {
		said.push(message);
		waiting.get(message.seq)?.();
	});
	const upTo = (seq: number) =>
		new Promise<number[]>((resolve) => {
			waiting.set(seq, () => resolve(said.map(({ seq }) => seq)));
		});
	const [connection] = peer.stack.getConnections();
	if (connection === undefined) throw new Error("not connected");
	return { line: () => connection.newStream(PROTOCOL), upTo };
}

test("announcements go over lines, digests over the topic", async () => {
	const { node, peer } = await bench.nodeAndPeer("lines too");
	await announceUntil(node, peer, "line", 1);
	node.publish({
		...{ kind: "digest", from: node.nodeId, epoch: 1, seq: 10_000 },
		...{ freeSlots: 4, running: 0, load: 0.5 },
		...{ storeUp: true, draining: false, peers: [] },
	});
	node.publish(announcement(node.nodeId, 10_001));
	const ways: [string, number][] = [];
	while (ways.length < 2) {
		const { by, message } = await peer.heard.take();
		if (message.seq >= 10_000) ways.push([by, message.seq]);
	}
	expect(ways.sort()).toEqual([
		["line", 10_001],
		["topic", 10_000],
	]);
});

test("a question goes over lines to all, an answer over one line to the node that asked", async () => {
	const { node, peer } = await bench.nodeAndPeer("lines too");
	await announceUntil(node, peer, "line", 1);
	const header = { from: node.nodeId, epoch: 1 };
	node.publish({ kind: "question", ...header, seq: 10_000 });
	node.tell(peer.nodeId, {
		...{ kind: "answer", ...header, seq: 10_001, to: peer.nodeId },
		...{ asked: { epoch: 1, seq: 1 }, away: false, reaches: false },
	});
	const ways: [string, number][] = [];
	while (ways.length < 2) {
		const { by, message } = await peer.heard.take();
		if (message.seq >= 10_000) ways.push([by, message.seq]);
	}
	expect(ways).toEqual([
		["line", 10_000],
		["line", 10_001],
	]);
});

test("a digest for one peer goes over its line, which is opened first, and to nobody else", async () => {
	const node = await bench.node();
	const told = await bench.peer("peer", "lines too");
	const other = await bench.peer("other", "lines too");
	const old = await bench.peer("old", "gossipsub only");
	// At the very moment at which they are connected.
	node.onPeer((nodeId, connected) => {
		if (connected && nodeId !== other.nodeId)
			node.tell(nodeId, {
				...{ kind: "digest", from: node.nodeId, epoch: 1, seq: 1 },
				...{ freeSlots: 4, running: 0, load: 0.5 },
				...{ storeUp: true, draining: false, peers: [] },
			});
	});
	const firsts = [other, old].map(({ heard }) => heard.take());
	const peers = [told, other, old];
	const met = peers.map(({ nodeId }) => linked(node, nodeId));
	node.admit(peers);
	await Promise.all(met);
	await announceUntil(node, old, "topic", 1_000);
	await announceUntil(node, other, "topic", 2_000);
	let came = await told.heard.take();
	while (came.message.kind !== "digest") came = await told.heard.take();
	expect(came).toMatchObject({ by: "line", message: { seq: 1 } });
	for (const { message } of await Promise.all(firsts))
		expect(message.kind).toBe("announce");
});

test("if one peer has no line, all hear over the topic", async () => {
	const { node, peer } = await bench.nodeAndPeer("lines too");
	await announceUntil(node, peer, "line", 1);
	const old = await bench.peer("old", "gossipsub only");
	const met = linked(node, old.nodeId);
	node.admit([peer, old]);
	await met;
	await Promise.all([
		announceUntil(node, old, "topic", 10_000),
		announceUntil(node, peer, "topic", 20_000),
	]);
});

test("announcements to the others go over lines again once a peer is known to be gone, as its address refuses", async () => {
	const { node, peer } = await bench.nodeAndPeer("lines too");
	const mortal = await bench.peer("mortal", "lines too");
	const met = linked(node, mortal.nodeId);
	node.admit([peer, mortal]);
	await met;
	await announceUntil(node, peer, "line", 1);
	const lost = new Promise<void>((resolve) => {
		node.onPeer((id, is) => id === mortal.nodeId && !is && resolve());
	});
	await mortal.stack.stop();
	await lost;
	await announceUntil(node, peer, "topic", 10_000);
	expect(await node.probe(mortal.nodeId, 500)).toBe("refused");
	node.publish(announcement(node.nodeId, 20_000));
	// Others may still be able to reach it, and are to pass this on.
	const header = { from: node.nodeId, epoch: 1 };
	node.publish({ kind: "question", ...header, seq: 20_001 });
	const ways: [string, number][] = [];
	while (ways.length < 2) {
		const { by, message } = await peer.heard.take();
		if (message.seq >= 20_000) ways.push([by, message.seq]);
	}
	expect(ways.sort()).toEqual([
		["line", 20_000],
		["topic", 20_001],
	]);
	// The registry has been read again, and still names it.
	node.admit([peer, mortal]);
	await announceUntil(node, peer, "topic", 30_000);
});

test("announcements go over lines although one node does not gossip", async () => {
	const { node, peer } = await bench.nodeAndPeer("lines too");
	const nodeId = await bench.nodeId("silent");
	node.admit([peer, { nodeId, p2p: "" }]);
	await announceUntil(node, peer, "line", 1);
});

test("a line that closes while its connection lives is opened again", async () => {
	const { node, peer } = await bench.nodeAndPeer("lines too");
	const line = await peer.lines.take();
	await announceUntil(node, peer, "line", 1);
	line.abort(new Error("broken on purpose"));
	await announceUntil(node, peer, "topic", 10_000);
	await peer.lines.take();
	await announceUntil(node, peer, "line", 20_000);
});

test("a message may come in pieces, and several in one", async () => {
	const { node, peer } = await bench.nodeAndPeer("lines too");
	const { line, upTo } = await lineTo(node, peer);
	const stream = await line();
	const say = (seq: number) =>
		framed(encodeGossip(announcement(peer.nodeId, seq)));
	const all = upTo(4);
	const [first, ...rest] = [1, 2, 3, 4].map(say) as [Uint8Array, Uint8Array];
	stream.send(first.subarray(0, 2));
	stream.send(first.subarray(2, 40));
	stream.send(Buffer.concat([first.subarray(40), ...rest]));
	expect(await all).toEqual([1, 2, 3, 4]);
});

test("bytes are dropped that claim to be from another node, repeat a message or are no message", async () => {
	const { node, peer } = await bench.nodeAndPeer("lines too");
	const other = await bench.peer("other", "lines too");
	const met = linked(node, other.nodeId);
	node.admit([peer, other]);
	await met;
	const { line, upTo } = await lineTo(node, peer);
	const stream = await line();
	const all = upTo(9);
	const own = (seq: number) => encodeGossip(announcement(peer.nodeId, seq));
	stream.send(framed(encodeGossip(announcement(other.nodeId, 1))));
	stream.send(framed(own(2)));
	stream.send(framed(own(2)));
	stream.send(framed(Buffer.from("{ not json")));
	stream.send(framed(own(9)));
	expect(await all).toEqual([2, 9]);
});

test("a message over the limit ends its line, and the next one is heard", async () => {
	const { node, peer } = await bench.nodeAndPeer("lines too");
	const { line, upTo } = await lineTo(node, peer);
	const bad = await line();
	const ended = new Promise((resolve) =>
		bad.addEventListener("close", resolve),
	);
	bad.send(framed(new Uint8Array(0), GOSSIP_BYTES_MAX + 1));
	await ended;
	const all = upTo(1);
	const good = await line();
	good.send(framed(encodeGossip(announcement(peer.nodeId, 1))));
	expect(await all).toEqual([1]);
});
