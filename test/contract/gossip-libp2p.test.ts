/** Gossip over libp2p: what the hub that stands in for it cannot get wrong. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toMultiaddr } from "../../node/gossip/host-port.ts";
import { loadKey } from "../../node/gossip/key-file.ts";
import { createGossip } from "../../node/gossip/libp2p-gossip.ts";
import { createStack } from "../../node/gossip/stack.ts";
import type { Gossip } from "../../node/ports.ts";
import { systemClock, systemRandom } from "../../node/world/clock.ts";
import { silentLog } from "./gossip-bench.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const TOPIC = "hearsay/hearsay";

let root: string;
const open = new Set<{ stop(): Promise<void> | void }>();
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), "hearsay-libp2p-"));
});
afterEach(async () => {
	await Promise.all([...open].map((node) => node.stop()));
	open.clear();
	await rm(root, { recursive: true });
});

async function gossipOn(listen = LOOPBACK): Promise<Gossip> {
	const gossip = await createGossip({
		dataDir: join(root, "node"),
		listen,
		cluster: "hearsay",
		clock: systemClock,
		random: systemRandom,
		log: silentLog,
	});
	open.add(gossip);
	return gossip;
}

test("a stream that closes while its connection lives is replaced", async () => {
	const gossip = await gossipOn();
	await gossip.start();
	const key = await loadKey(join(root, "peer"), systemRandom);
	const nodeId = peerIdFromPrivateKey(key).toString();
	const listen = toMultiaddr(LOOPBACK);
	const stack = await createStack({ key, listen, topic: TOPIC, gater: {} });
	open.add(stack);
	await stack.start();
	stack.services.pubsub.subscribe(TOPIC);
	const port = stack.getMultiaddrs()[0]?.getComponents()[1]?.value;

	const linked = () =>
		new Promise<void>((resolve) => {
			gossip.onPeer((_id, connected) => connected && resolve());
		});
	const first = linked();
	gossip.admit([{ nodeId, p2p: `127.0.0.1:${port}` }]);
	await first;

	const again = linked();
	for (const connection of stack.getConnections()) {
		for (const stream of connection.streams) {
			if (stream.protocol.startsWith("/meshsub/")) {
				stream.abort(new Error("broken on purpose"));
			}
		}
	}
	await again;
	expect(gossip.connected()).toEqual([nodeId]);
});

test("a port in use stops the start, and says so", async () => {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	const gossip = await gossipOn({ host: "127.0.0.1", port });
	await expect(gossip.start()).rejects.toThrow(
		`gossip cannot listen on 127.0.0.1:${port}`,
	);
	server.close();
	await once(server, "close");
});

test("messages before the start and after the stop are lost without an error", async () => {
	const gossip = await gossipOn();
	const message = {
		kind: "announce",
		from: gossip.nodeId,
		epoch: 1,
		seq: 1,
		routes: [{ shard: 0, route: "q|t|", count: 1, topPriority: 5 }],
	} as const;
	gossip.publish(message);
	await gossip.start();
	await gossip.stop();
	open.delete(gossip);
	gossip.publish(message);
});
