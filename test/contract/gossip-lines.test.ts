/**
 * Lines, seen from a peer put together here, whose every stream is in sight: what goes
 * over them, what they take, and what happens where there is none.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stream } from "@libp2p/interface";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openEnvelope } from "../../node/gossip/envelope.ts";
import { toMultiaddr } from "../../node/gossip/host-port.ts";
import { loadKey } from "../../node/gossip/key-file.ts";
import { createGossip } from "../../node/gossip/libp2p-gossip.ts";
import { createStack, type Stack } from "../../node/gossip/stack.ts";
import type { AdmittedPeer, Gossip } from "../../node/ports.ts";
import { systemClock, systemRandom } from "../../node/world.ts";
import {
	type Announcement,
	decodeGossip,
	encodeGossip,
	type GossipMessage,
} from "../../protocol/gossip.ts";
import { GOSSIP_BYTES_MAX, REDIAL_MS_MAX } from "../../protocol/limits.ts";
import { silentLog } from "./gossip-bench.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const TOPIC = "hearsay/hearsay";
const PROTOCOL = "/hearsay/hearsay/line/1";

let root: string;
const open = new Set<{ stop(): Promise<void> | void }>();
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), "hearsay-lines-"));
});
afterEach(async () => {
	await Promise.all([...open].map((node) => node.stop()));
	open.clear();
	await rm(root, { recursive: true });
});

async function startNode(): Promise<Gossip> {
	const gossip = await createGossip({
		dataDir: join(root, "node"),
		listen: LOOPBACK,
		cluster: "hearsay",
		clock: systemClock,
		random: systemRandom,
		log: silentLog,
	});
	await gossip.start();
	open.add(gossip);
	return gossip;
}

interface Peer extends AdmittedPeer {
	readonly stack: Stack;
	/** Messages, and by which way they came. */
	readonly heard: Heard;
	/** Streams that the node has opened as lines to it. */
	readonly lines: Queue<Stream>;
}
type Heard = Queue<{ by: "line" | "topic"; message: GossipMessage }>;

/** What has come, to be taken in its order. */
class Queue<T> {
	readonly #items: T[] = [];
	readonly #takers: ((item: T) => void)[] = [];

	push(item: T): void {
		const taker = this.#takers.shift();
		if (taker === undefined) this.#items.push(item);
		else taker(item);
	}

	take(): Promise<T> {
		const [item] = this.#items.splice(0, 1);
		if (item !== undefined) return Promise.resolve(item);
		return new Promise((resolve) => this.#takers.push(resolve));
	}
}

async function startPeer(
	name: string,
	speaks: "lines too" | "gossipsub only",
): Promise<Peer> {
	const key = await loadKey(join(root, name), systemRandom);
	const listen = toMultiaddr(LOOPBACK);
	const stack = await createStack({ key, listen, topic: TOPIC, gater: {} });
	open.add(stack);
	const heard: Heard = new Queue();
	const lines = new Queue<Stream>();
	const note = (by: "line" | "topic", bytes: Uint8Array | undefined) => {
		const message = bytes && decodeGossip(bytes);
		if (message === undefined) throw new Error(`not a message, by ${by}`);
		heard.push({ by, message });
	};
	if (speaks === "lines too")
		await stack.handle(PROTOCOL, (stream) => {
			lines.push(stream);
			stream.addEventListener("message", ({ data }) =>
				note("line", data.subarray(4)),
			);
		});
	await stack.start();
	const { pubsub } = stack.services;
	pubsub.subscribe(TOPIC);
	pubsub.addEventListener("message", ({ detail }) =>
		note("topic", openEnvelope(detail.data)?.message),
	);
	const port = stack.getMultiaddrs()[0]?.getComponents()[1]?.value;
	const nodeId = peerIdFromPrivateKey(key).toString();
	return { stack, heard, lines, nodeId, p2p: `127.0.0.1:${port}` };
}

function linked(gossip: Gossip, nodeId: string): Promise<void> {
	return new Promise((resolve) => {
		gossip.onPeer((id, is) => {
			if (id === nodeId && is) resolve();
		});
	});
}

function announcement(from: string, seq: number): Announcement {
	const route = { shard: 0, route: "q|t|", count: 1, topPriority: 5 };
	return { kind: "announce", from, epoch: 1, seq, routes: [route] };
}

function framed(bytes: Uint8Array, length = bytes.length): Uint8Array {
	const head = Buffer.alloc(4);
	head.writeUInt32BE(length);
	return Buffer.concat([head, bytes]);
}

/** Announces under rising numbers until the peer hears one by this way. */
async function announceUntil(
	gossip: Gossip,
	{ heard }: Peer,
	way: "line" | "topic",
	seqFrom: number,
): Promise<void> {
	let seq = seqFrom;
	const timer = setInterval(() => {
		gossip.publish(announcement(gossip.nodeId, seq));
		seq += 1;
	}, 20);
	try {
		while ((await heard.take()).by !== way);
	} finally {
		clearInterval(timer);
	}
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

async function nodeAndPeer(speaks: "lines too" | "gossipsub only") {
	const [node, peer] = [await startNode(), await startPeer("peer", speaks)];
	const met = linked(node, peer.nodeId);
	node.admit([peer]);
	await met;
	return { node, peer };
}

test("announcements go over lines, digests by the topic", async () => {
	const { node, peer } = await nodeAndPeer("lines too");
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

test("where one peer has no line, all hear by the topic", async () => {
	const { node, peer } = await nodeAndPeer("lines too");
	await announceUntil(node, peer, "line", 1);
	const old = await startPeer("old", "gossipsub only");
	const met = linked(node, old.nodeId);
	node.admit([peer, old]);
	await met;
	await Promise.all([
		announceUntil(node, old, "topic", 10_000),
		announceUntil(node, peer, "topic", 20_000),
	]);
});

test("who does not gossip is no reason to take the longer way", async () => {
	const { node, peer } = await nodeAndPeer("lines too");
	const silent = await loadKey(join(root, "silent"), systemRandom);
	const nodeId = peerIdFromPrivateKey(silent).toString();
	node.admit([peer, { nodeId, p2p: "" }]);
	await announceUntil(node, peer, "line", 1);
});

test("a line that closes while its connection lives is opened again", async () => {
	const { node, peer } = await nodeAndPeer("lines too");
	const line = await peer.lines.take();
	await announceUntil(node, peer, "line", 1);
	line.abort(new Error("broken on purpose"));
	const brokenMs = systemClock.monoMs();
	await announceUntil(node, peer, "topic", 10_000);
	await peer.lines.take();
	await announceUntil(node, peer, "line", 20_000);
	expect(systemClock.monoMs() - brokenMs).toBeLessThan(2 * REDIAL_MS_MAX);
});

test("a message may come in pieces, and several in one", async () => {
	const { node, peer } = await nodeAndPeer("lines too");
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

test("what claims to be from another, repeats itself or is no message is dropped", async () => {
	const { node, peer } = await nodeAndPeer("lines too");
	const other = await startPeer("other", "lines too");
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
	const { node, peer } = await nodeAndPeer("lines too");
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
