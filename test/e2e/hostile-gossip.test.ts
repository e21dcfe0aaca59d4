/**
 * One of the registered peers is hostile: it sends whatever it likes, as fast as the others
 * take it. Whatever it sends, work is found within a second.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import type { Stream } from "@libp2p/interface";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Sealer } from "../../node/gossip/envelope.ts";
import { toMultiaddr } from "../../node/gossip/host-port.ts";
import { loadKey } from "../../node/gossip/key-file.ts";
import { createStack, type Stack } from "../../node/gossip/stack.ts";
import { connectStore, type RedisStore } from "../../node/store/redis-store.ts";
import { systemClock, systemRandom } from "../../node/world/clock.ts";
import {
	type Announcement,
	type Digest,
	encodeGossip,
} from "../../protocol/gossip.ts";
import { formatSession } from "../../protocol/lease.ts";
import { ANNOUNCE_ROUTES_MAX, LEASE_TTL_MS } from "../../protocol/limits.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { Cluster, until } from "../cluster.ts";
import { silentLog } from "../contract/gossip-bench.ts";
import { comesUp, nodeRecord } from "../contract/store-bench.ts";

const CLUSTER = "hearsay";
const TOPIC = `hearsay/${CLUSTER}`;
const LINE = `/hearsay/${CLUSTER}/line/1`;
const PULSE_MS = 700;
/** Longer than the time between two sweeps. */
const FOUND_MS_MAX = 1_000;
const TASKS = 30;
const BETWEEN_MS = 60;
/** Unsent bytes of a flood, which is as fast as its receivers. */
const UNSENT_BYTES_MAX = 256 * 1024;
const CONCURRENCY_MAX = 4_000;

let cluster: Cluster;
let rogue: Rogue;

beforeAll(async () => {
	cluster = await Cluster.start({
		nodes: [[], ["--labels", "there"]],
		all: ["--cluster", CLUSTER, "--shards", "1", "--concurrency", "4"],
	});
	rogue = await Rogue.join(cluster.redis.url);
	await rogue.linkedTo(cluster.nodes.map(({ id }) => id));
});
afterAll(async () => {
	await rogue?.[Symbol.asyncDispose]();
	await cluster?.[Symbol.asyncDispose]();
});

test.each<[string, (rogue: Rogue) => Promise<void>]>([
	["announcements of ever new routes", (rogue) => rogue.floodLines("new")],
	[
		"announcements and digests over the topic, forged, repeated and broken",
		(rogue) => rogue.floodTopic(),
	],
])("under a flood of %s work is found within a second", async (_, flood) => {
	const over = rogue.begin(flood);
	const found: number[] = [];
	const posted = Array.from({ length: TASKS }, async (_, i) => {
		await new Promise((resolve) => setTimeout(resolve, i * BETWEEN_MS));
		// At a node that does not serve it, so that only hints and sweeps find it.
		const task = { type: "noop", labels: ["there"] };
		const { body } = await cluster
			.node(1)
			.post<{ id: string }>("/v1/tasks", task);
		const ended = await cluster.node(2).whenEnded(body.id);
		expect({ ...body, ...ended }).toMatchObject({ state: "SUCCESS" });
		const claimedMs = Date.parse(ended.attempts[0]?.claimedAt ?? "");
		found.push(claimedMs - Date.parse(ended.createdAt));
	});
	await Promise.all(posted);
	await over();
	expect(Math.max(...found)).toBeLessThan(FOUND_MS_MAX);
	expect(rogue.said).toBeGreaterThan(100);
});

/** A peer that is registered, holds a lease, and obeys no rules. */
class Rogue implements AsyncDisposable {
	/** Messages so far. */
	said = 0;
	readonly nodeId: string;
	readonly #folder: string;
	readonly #stack: Stack;
	readonly #store: RedisStore;
	readonly #sealer: Sealer;
	#epoch = 0;
	#seq = 0;
	#flooding = false;
	#pulse: ReturnType<typeof setInterval> | undefined;

	static async join(url: string): Promise<Rogue> {
		const folder = await mkdtemp(join(tmpdir(), "hearsay-rogue-"));
		const key = await loadKey(folder, systemRandom);
		const listen = toMultiaddr({ host: "127.0.0.1", port: 0 });
		const stack = await createStack({ key, listen, topic: TOPIC, gater: {} });
		await stack.start();
		stack.services.pubsub.subscribe(TOPIC);
		const clock = systemClock;
		const options = { url, cluster: CLUSTER, shards: 1, clock };
		const store = connectStore({ ...options, log: silentLog });
		if (!store.up) await comesUp(store);
		const nodeId = peerIdFromPrivateKey(key).toString();
		const sealer = new Sealer(key, TOPIC);
		const rogue = new Rogue(nodeId, folder, stack, store, sealer);
		await rogue.#register();
		return rogue;
	}

	private constructor(
		nodeId: string,
		folder: string,
		stack: Stack,
		store: RedisStore,
		sealer: Sealer,
	) {
		this.nodeId = nodeId;
		this.#folder = folder;
		this.#stack = stack;
		this.#store = store;
		this.#sealer = sealer;
	}

	/** Resolves when they are connected to it and in the topic. */
	async linkedTo(nodeIds: readonly string[]): Promise<void> {
		await until(
			() => this.#stack.services.pubsub.getSubscribers(TOPIC).map(String),
			(joined) => nodeIds.every((id) => joined.includes(id)),
		);
	}

	/** Begins a flood; what is returned ends it. */
	begin(flood: (rogue: Rogue) => Promise<void>): () => Promise<void> {
		this.#flooding = true;
		this.said = 0;
		const flooded = flood(this);
		return async () => {
			this.#flooding = false;
			await flooded;
		};
	}

	/** Announces over a line to each node, as fast as they read. */
	async floodLines(name: string): Promise<void> {
		const streams = await Promise.all(
			this.#stack.getConnections().map((each) => each.newStream(LINE)),
		);
		while (this.#flooding) {
			for (const stream of streams)
				if (stream.writeBufferLength < UNSENT_BYTES_MAX)
					this.#send(stream, this.#announcement(name));
			await turn();
		}
		for (const stream of streams) stream.abort(new Error("it is over"));
	}

	/** Over the topic, what is allowed there and what is not. */
	async floodTopic(): Promise<void> {
		const { pubsub } = this.#stack.services;
		const first = this.#sealer.seal(encodeGossip(this.#announcement("topic")));
		while (this.#flooding) {
			const { id: victim = "" } = cluster.nodes[0] ?? {};
			this.#seq += 1;
			const digest: Digest = {
				...{ kind: "digest", from: this.nodeId, epoch: this.#epoch },
				...{ seq: this.#seq, freeSlots: CONCURRENCY_MAX, running: 0, load: 0 },
				...{ storeUp: this.#seq % 4 < 2, draining: false, peers: [] },
			};
			const messages = [
				this.#sealer.seal(encodeGossip(this.#announcement("topic"))),
				this.#sealer.seal(encodeGossip(digest)),
				this.#sealer.seal(encodeGossip({ ...digest, from: victim })),
				Buffer.concat([first, Buffer.alloc(1 + (this.#seq % 99))]),
			];
			for (const bytes of messages) {
				await pubsub.publish(TOPIC, bytes);
				this.said += 1;
			}
			await turn();
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#flooding = false;
		clearInterval(this.#pulse);
		await this.#stack.stop();
		await this.#store.close();
		await rm(this.#folder, { recursive: true });
	}

	async #register(): Promise<void> {
		const [home] = this.#store.shards;
		const port = this.#stack.getMultiaddrs()[0]?.getComponents()[1]?.value;
		const record = {
			...nodeRecord(this.nodeId),
			...{ p2p: `127.0.0.1:${port}`, slots: CONCURRENCY_MAX },
			...{ types: ["noop"], labels: ["there"] },
		};
		const opened = await home?.sessions.open({
			...{ record, ttlMs: LEASE_TTL_MS, known: NO_GENERATION, knownEpoch: 0 },
		});
		if (opened?.ok !== true) throw new Error("it is not let in");
		this.#epoch = opened.epoch;
		const session = formatSession(this.nodeId, opened.epoch);
		this.#pulse = setInterval(
			() => void home?.sessions.pulse(session, LEASE_TTL_MS),
			PULSE_MS,
		);
	}

	/** An announcement of as many routes as fit, none of which was ever named before. */
	#announcement(name: string): Announcement {
		this.#seq += 1;
		const routes = Array.from({ length: ANNOUNCE_ROUTES_MAX }, (_, i) => ({
			...{ shard: 0, route: `${name}-${this.#seq}-${i}|noop|there` },
			...{ count: 1_000, topPriority: 255 },
		}));
		const header = { from: this.nodeId, epoch: this.#epoch, seq: this.#seq };
		return { kind: "announce", ...header, routes };
	}

	#send(stream: Stream, message: Announcement): void {
		const bytes = encodeGossip(message);
		const head = Buffer.alloc(4);
		head.writeUInt32BE(bytes.length);
		stream.send(Buffer.concat([head, bytes]));
		this.said += 1;
	}
}
