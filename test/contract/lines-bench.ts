/** A real node, and peers built here, every stream of which is visible to the test. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stream } from "@libp2p/interface";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { LengthPrefixedDecoder } from "@libp2p/utils";
import { openEnvelope } from "../../node/gossip/envelope.ts";
import { toMultiaddr } from "../../node/gossip/host-port.ts";
import { loadKey } from "../../node/gossip/key-file.ts";
import { createGossip } from "../../node/gossip/libp2p-gossip.ts";
import { createStack, type Stack } from "../../node/gossip/stack.ts";
import type { AdmittedPeer, Gossip } from "../../node/ports.ts";
import { systemClock, systemRandom } from "../../node/world/clock.ts";
import {
	type Announcement,
	decodeGossip,
	type GossipMessage,
} from "../../protocol/gossip.ts";
import { silentLog } from "./gossip-bench.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const TOPIC = "hearsay/hearsay";
export const PROTOCOL = "/hearsay/hearsay/line/1";

export interface Peer extends AdmittedPeer {
	readonly stack: Stack;
	/** Messages, and the way by which each came. */
	readonly heard: Queue<Heard>;
	/** Streams that the node has opened as lines to it. */
	readonly lines: Queue<Stream>;
}
export interface Heard {
	readonly by: "line" | "topic";
	readonly message: GossipMessage;
}
export type Speaks = "lines too" | "gossipsub only";

/** What has arrived, to be taken in order. */
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

export class LinesBench implements AsyncDisposable {
	readonly #root: string;
	readonly #open = new Set<{ stop(): Promise<void> | void }>();

	static async make(): Promise<LinesBench> {
		return new LinesBench(await mkdtemp(join(tmpdir(), "hearsay-lines-")));
	}

	private constructor(root: string) {
		this.#root = root;
	}

	async node(): Promise<Gossip> {
		const gossip = await createGossip({
			dataDir: join(this.#root, "node"),
			listen: LOOPBACK,
			cluster: "hearsay",
			clock: systemClock,
			random: systemRandom,
			log: silentLog,
		});
		await gossip.start();
		this.#open.add(gossip);
		return gossip;
	}

	/** A node that admits the peer, and has met it. */
	async nodeAndPeer(speaks: Speaks): Promise<{ node: Gossip; peer: Peer }> {
		const [node, peer] = [await this.node(), await this.peer("peer", speaks)];
		const met = linked(node, peer.nodeId);
		node.admit([peer]);
		await met;
		return { node, peer };
	}

	async nodeId(name: string): Promise<string> {
		const key = await loadKey(join(this.#root, name), systemRandom);
		return peerIdFromPrivateKey(key).toString();
	}

	async peer(name: string, speaks: Speaks): Promise<Peer> {
		const key = await loadKey(join(this.#root, name), systemRandom);
		const listen = toMultiaddr(LOOPBACK);
		const stack = await createStack({ key, listen, topic: TOPIC, gater: {} });
		this.#open.add(stack);
		const heard = new Queue<Heard>();
		const lines = new Queue<Stream>();
		const note = (by: Heard["by"], bytes: Uint8Array | undefined) => {
			const message = bytes && decodeGossip(bytes);
			if (message === undefined) throw new Error(`not a message, by ${by}`);
			heard.push({ by, message });
		};
		if (speaks === "lines too")
			await stack.handle(PROTOCOL, (stream) => {
				const decoder = new LengthPrefixedDecoder({
					lengthDecoder: (bytes) => readLength(bytes.subarray(0, 4)),
					encodingLength: () => 4,
				});
				lines.push(stream);
				stream.addEventListener("message", ({ data }) => {
					for (const message of decoder.decode(data))
						note("line", message.subarray());
				});
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

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all([...this.#open].map((node) => node.stop()));
		await rm(this.#root, { recursive: true });
	}
}

/** @throws RangeError if there are not four bytes */
function readLength(bytes: Uint8Array): number {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(
		0,
	);
}

export function linked(gossip: Gossip, nodeId: string): Promise<void> {
	return new Promise((resolve) => {
		gossip.onPeer((id, is) => {
			if (id === nodeId && is) resolve();
		});
	});
}

export function announcement(from: string, seq: number): Announcement {
	const route = { shard: 0, route: "q|t|", count: 1, topPriority: 5 };
	return { kind: "announce", from, epoch: 1, seq, routes: [route] };
}

/** Announces under rising numbers until the peer hears one by this way. */
export async function announceUntil(
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
