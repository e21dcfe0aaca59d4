/** A store that is away: a node is told so at once, and can leave at any moment of it. */
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import type { Log } from "../../node/ports.ts";
import { connectStore } from "../../node/store/redis-store.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A store at a port where each connection is closed at once; `met` settles with the first. */
async function storeThatHangsUp() {
	const server = createServer((socket) => socket.destroy());
	const met = once(server, "connection");
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	const url = `redis://127.0.0.1:${port}`;
	const store = connectStore({ url, cluster: "away", shards: 1, log });
	return { server, store, met };
}

test("what is asked of a store that is away is refused at once, as not sent", async () => {
	const { server, store, met } = await storeThatHangsUp();
	await met;
	await expect(store.shards[0]?.counts()).rejects.toMatchObject({
		name: "StoreError",
		kind: "unreachable",
	});
	expect(store.up).toBe(false);
	await store.close();
	server.close();
});

test("a store that is waiting to connect again can be closed", async () => {
	const { server, store, met } = await storeThatHangsUp();
	await met;
	// Past the first connection's end, it waits for the next try.
	const [second] = await once(server, "connection");
	await once(second, "close");
	await store.close();
	server.close();
});
