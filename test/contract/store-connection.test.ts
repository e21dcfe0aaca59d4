/**
 * A store that is away, or as good as: a node notices in time, and can leave at any
 * moment.
 */
import { once } from "node:events";
import { createServer, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { type Log, StoreError } from "../../node/ports.ts";
import { Connection } from "../../node/store/redis/connection.ts";
import { connectStore } from "../../node/store/redis-store.ts";
import { loadScripts } from "../../node/store/scripts.ts";
import { systemClock } from "../../node/world/clock.ts";
import { STORE_COMMAND_TIMEOUT_MS } from "../../protocol/limits.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A store at a port that closes each connection at once; `met` settles with the first. */
async function storeThatHangsUp() {
	const server = createServer((socket) => socket.destroy());
	const met = once(server, "connection");
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	const url = `redis://127.0.0.1:${port}`;
	const store = connectStore({
		url,
		cluster: "away",
		shards: 1,
		clock: systemClock,
		log,
	});
	return { server, store, met };
}

test("a call to a store that is away is refused at once, as not sent", async () => {
	const { server, store, met } = await storeThatHangsUp();
	await met;
	await expect(store.shards[0]?.tasks.counts()).rejects.toMatchObject({
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
	// After the first connection's end it waits for the next try.
	const [second] = await once(server, "connection");
	await once(second, "close");
	await store.close();
	server.close();
});

const ANSWERS: Readonly<Record<string, string>> = {
	INFO: "$11\r\nloading:0\r\n\r\n",
	PING: "+PONG\r\n",
};

/** A store that answers in order, and takes so long for each PING. `hasScripts`: whether it knows any script. */
async function storeThatTrickles(pauseMs: number, hasScripts = () => true) {
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		let before = Promise.resolve();
		const answer = async (text: string, thoughtMs: number) => {
			await sleep(thoughtMs);
			if (!socket.destroyed) socket.write(text);
		};
		sockets.add(socket);
		socket.setEncoding("latin1").on("error", () => {}); // It was left, as it should be.
		socket.on("data", (said: string) => {
			for (const [, name = ""] of said.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
				const command = name.toUpperCase();
				const thoughtMs = command === "PING" ? pauseMs : 0;
				const isKnown = command !== "EVALSHA" || hasScripts();
				const text = isKnown
					? (ANSWERS[command] ?? "+OK\r\n")
					: "-NOSCRIPT No matching script.\r\n";
				before = before.then(() => answer(text, thoughtMs));
			}
		});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	const hangUp = () => {
		for (const socket of sockets) socket.destroy();
	};
	return { server, url: `redis://127.0.0.1:${port}`, hangUp };
}

test("a store that falls silent is reported as taking connections without answering, even once its connection is closed", async () => {
	const { server, url } = await storeThatTrickles(60_000);
	const connection = new Connection(url, systemClock, log);
	const changes: boolean[] = [];
	const left = new Promise<void>((resolve) =>
		connection.onChange((up) => {
			changes.push(up);
			if (!up) resolve();
		}),
	);
	await vi.waitUntil(() => connection.up);
	await expect(connection.command("PING")).rejects.toMatchObject({
		kind: "unknown",
	});
	await left;
	expect(changes).toEqual([true, false]);
	expect(connection.trouble).toBe("it takes connections and does not answer");
	await connection.close();
	server.close();
});

test("a store that keeps answering too slowly makes nobody wait for longer than twice the limit", async () => {
	const pauseMs = 0.75 * STORE_COMMAND_TIMEOUT_MS;
	const { server, url } = await storeThatTrickles(pauseMs);
	const connection = new Connection(url, systemClock, log);
	await new Promise<void>((up) => connection.onChange(() => up()));
	const ask = async () => {
		const askedMs = systemClock.monoMs();
		const outcome = await connection
			.command("PING")
			.catch((error: unknown) => error);
		return { outcome, tookMs: systemClock.monoMs() - askedMs };
	};
	const asked = await Promise.all(Array.from({ length: 6 }, ask));
	const slowest = Math.max(...asked.map(({ tookMs }) => tookMs));
	expect(slowest).toBeLessThan(2.5 * STORE_COMMAND_TIMEOUT_MS);
	expect(asked[0]?.outcome).toBe("PONG");
	expect(asked[5]?.outcome).toBeInstanceOf(StoreError);
	expect(asked[5]?.outcome).toMatchObject({ kind: "unknown" });
	expect(connection.trouble).toBe("it answers too slowly");
	await connection.close();
	server.close();
});

test("after a quiet moment a command is sent at once, and those that follow it in the same turn in one piece", async () => {
	const { server, url } = await storeThatTrickles(0);
	const connection = new Connection(url, systemClock, log);
	await new Promise<void>((resolve) =>
		connection.onChange((up) => up && resolve()),
	);
	await connection.command("PING");
	await sleep(20);
	const single = vi.spyOn(Socket.prototype, "_write");
	const several = vi.spyOn(Socket.prototype, "_writev" as "_write");
	const quiet = connection.command("PING");
	expect(single).toHaveBeenCalledTimes(1);
	const rest = [connection.command("PING"), connection.command("PING")];
	expect(single).toHaveBeenCalledTimes(1);
	await new Promise<void>((resolve) => process.nextTick(resolve));
	const sent = several.mock.calls.length;
	vi.restoreAllMocks();
	expect(sent).toBe(1);
	await Promise.all([quiet, ...rest]);
	await connection.close();
	server.close();
});

test("a script that others follow at once leaves with them in one piece, whole at first, whether or not it is quiet", async () => {
	const { server, url } = await storeThatTrickles(0);
	const connection = new Connection(url, systemClock, log);
	await new Promise<void>((resolve) =>
		connection.onChange((up) => up && resolve()),
	);
	await connection.command("PING");
	await sleep(20);
	const { revoke, claim } = loadScripts();
	const single = vi.spyOn(Socket.prototype, "_write");
	const several = vi.spyOn(Socket.prototype, "_writev" as "_write");
	const both = [connection.run(revoke, "{c:0}", [])];
	both.push(connection.run(claim, "{c:0}", []));
	await new Promise<void>((resolve) => process.nextTick(resolve));
	const sent = [single.mock.calls.length, several.mock.calls.length];
	const [chunks] = several.mock.calls[0] as unknown as [{ chunk: Buffer }[]];
	const text = chunks.map(({ chunk }) => chunk.toString()).join("");
	vi.restoreAllMocks();
	expect(sent).toEqual([0, 1]);
	expect(text.indexOf(revoke.source)).toBeGreaterThan(0);
	expect(text.indexOf(claim.sha1)).toBeGreaterThan(text.indexOf(revoke.source));
	await Promise.all(both);
	await connection.close();
	server.close();
});

test("such a script is sent whole until it has run on the connection, and whenever the store has lost it", async () => {
	let hasScripts = true;
	const store = await storeThatTrickles(0, () => hasScripts);
	const connection = new Connection(store.url, systemClock, log);
	await vi.waitUntil(() => connection.up);
	const { revoke } = loadScripts();
	const several = vi.spyOn(Socket.prototype, "_writev" as "_write");
	const single = vi.spyOn(Socket.prototype, "_write");
	/** Of all that was sent to run it, how often it was whole, and how often it was only named. */
	const sent = async () => {
		for (const spy of [several, single]) spy.mockClear();
		expect(await connection.run(revoke, "{c:0}", [])).toBe("OK");
		const chunks = several.mock.calls.flatMap(
			([chunks]) => chunks as unknown as { chunk: Buffer }[],
		);
		const texts = [
			...chunks.map(({ chunk }) => chunk),
			...single.mock.calls.map(([chunk]) => chunk as Buffer),
		].join("");
		return [
			texts.split(revoke.source).length - 1,
			texts.split(revoke.sha1).length - 1,
		];
	};
	expect(await sent()).toEqual([1, 0]);
	expect(await sent()).toEqual([0, 1]);
	hasScripts = false;
	expect(await sent()).toEqual([1, 1]);
	hasScripts = true;
	expect(await sent()).toEqual([0, 1]);
	store.hangUp();
	await vi.waitUntil(() => !connection.up);
	await vi.waitUntil(() => connection.up);
	expect(await sent()).toEqual([1, 0]);
	vi.restoreAllMocks();
	await connection.close();
	store.server.close();
});
