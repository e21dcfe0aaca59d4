/**
 * The load generator's client: servers close idle connections, and it must not send on
 * one that is being closed.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HttpConnections } from "../../scripts/bench/http-connections.ts";

let server: Server;
let accepted: number;
let connections: HttpConnections;

beforeEach(async () => {
	accepted = 0;
	server = createServer((_, response) => {
		response.setHeader("content-length", 2).end("ok");
	});
	server.on("connection", () => {
		accepted += 1;
	});
	await new Promise<void>((listens) => {
		server.listen(0, "127.0.0.1", listens);
	});
	const { port } = server.address() as AddressInfo;
	connections = new HttpConnections(port, 1);
	vi.useFakeTimers({ toFake: ["hrtime"] });
});
afterEach(() => {
	vi.useRealTimers();
	connections.close();
	server.closeAllConnections();
	server.close();
});

test.each([
	["is used again within half a minute", 29_000, 1],
	["is replaced after half a minute", 31_000, 2],
])("a connection %s", async (_, idleMs, opened) => {
	await connections.get("/");
	vi.advanceTimersByTime(idleMs);
	expect(await connections.get("/")).toEqual({ status: 200, body: "ok" });
	expect(accepted).toBe(opened);
});
