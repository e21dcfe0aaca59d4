/**
 * HTTP below the routes: broken requests, starting and stopping.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import {
	HEADER_BYTES_MAX,
	HTTP_CONNECTIONS_MAX,
} from "../../protocol/limits.ts";
import { startServer } from "./http-server.ts";

const task = { type: "t" };

// --- HTTP itself

test("bytes that are not HTTP get an answer that says so", async () => {
	await using server = await startServer();
	const { status, text } = await server.raw("hello\r\n\r\n");
	expect(status).toBe(400);
	expect(text).toContain('"code":"invalid"');
});

test("a connection on which no request began in time is closed silently, one with half a request is told why", async () => {
	await using server = await startServer();
	const [host, port] = server.address.split(":");
	const heard = async (sent: string) => {
		const socket = connect(Number(port), host).setEncoding("utf8");
		let text = "";
		socket.on("data", (part: string) => {
			text += part;
		});
		socket.write(sent);
		await once(socket, "close");
		return text;
	};
	const [silence, half] = await Promise.all([heard(""), heard("GET / HT")]);
	expect(silence).toBe("");
	expect(half).toMatch(/^HTTP\/1.1 408 .*"code":"timeout"/s);
});

test.each([
	["one large header", `X-A: ${"a".repeat(HEADER_BYTES_MAX)}\r\n`],
	["many headers", "X-A: aaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(2_000)],
])("headers over the limit are refused: %s", async (_what, headers) => {
	await using server = await startServer();
	const { status, text } = await server.raw(
		`GET / HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`,
	);
	expect(status).toBe(431);
	expect(text).toContain('"code":"headers_too_large"');
});

test.each([
	["two lengths", "Content-Length: 2\r\nContent-Length: 3\r\n"],
	[
		"a length and chunks",
		"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
	],
])("a body whose end is in doubt is refused: %s", async (_what, headers) => {
	await using server = await startServer();
	const { status } = await server.raw(
		`POST /v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${headers}\r\n{}`,
	);
	expect(status).toBe(400);
});

const submission =
	'POST /v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n{"id":"a","type":"t"}';
/** Bytes that are no request may be told so, too, if they are reached after the others were answered. */
function answersBefore400(text: string): string[] {
	const statuses: string[] = text.match(/HTTP\/1.1 \d+/g) ?? [];
	return statuses.at(-1) === "HTTP/1.1 400" ? statuses.slice(0, -1) : statuses;
}

test("bytes after a request that are no request do not take the place of its answer", async () => {
	await using server = await startServer();
	const { text } = await server.raw(`${submission}X\r\n\r\n`);
	expect(answersBefore400(text)).toEqual(["HTTP/1.1 202"]);
	expect(server.api.tasks.size).toBe(1);
});

test("a client that waits for a task is answered although it sends no request after that", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", { id: "a", ...task });
	const wait = "GET /v1/tasks/a?wait=30s HTTP/1.1\r\nHost: localhost\r\n\r\n";
	const answered = server.raw(`${wait}${wait}X\r\n\r\n`);
	await server.api.waiting(2);
	server.api.end("a", "42");
	const { text } = await answered;
	expect(answersBefore400(text)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200"]);
	expect(text).toContain('"result":42');
});

test("bytes after an answered request that are no request get an answer that says so", async () => {
	await using server = await startServer();
	const socket = connect(Number(server.address.split(":")[1]), "127.0.0.1");
	socket.write(submission);
	expect(String((await once(socket, "data"))[0])).toMatch(/ 202 /);
	socket.write("X\r\n\r\n");
	expect(String((await once(socket, "data"))[0])).toMatch(/ 400 /);
	await once(socket, "close");
});

test("a body that breaks off in bad chunks is told so", async () => {
	await using server = await startServer();
	const { status } = await server.raw(
		"POST /v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\nX\r\n",
	);
	expect(status).toBe(400);
});

// --- Starting and stopping

test("a port in use is the system's own error", async () => {
	await using server = await startServer();
	await expect(server.startAgain()).rejects.toMatchObject({
		code: "EADDRINUSE",
	});
});

test("a node that stops answers waiting clients at once", async () => {
	const server = await startServer();
	await server.post("/v1/tasks", { id: "a", ...task });
	const answer = server.get("/v1/tasks/a?wait=60s");
	await server.api.waiting(1);
	await server.close();
	expect((await answer).json.state).toBe("PENDING");
});

test("a node that stops lets submissions under way end, and takes no more", async () => {
	const server = await startServer();
	const port = Number(server.address.split(":")[1]);
	const idle = connect(port, "127.0.0.1");
	idle.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
	await once(idle, "data");
	const hold = Promise.withResolvers<void>();
	const submitted = Promise.withResolvers<void>();
	server.api.held = hold.promise;
	server.api.onSubmit = submitted.resolve;
	const answer = server.post("/v1/tasks", task);
	await submitted.promise;
	const closed = server.close();
	await once(idle, "close");
	hold.resolve();
	expect((await answer).status).toBe(202);
	await closed;
	await expect(server.get("/healthz")).rejects.toThrow();
});

test("a client that sends half a request does not keep the node from stopping", async () => {
	const server = await startServer();
	const socket = connect(Number(server.address.split(":")[1]), "127.0.0.1");
	socket.on("error", () => {}); // Being cut off is what is expected.
	socket.write(
		"POST /v1/tasks HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n",
	);
	await once(socket, "data");
	const cut = once(socket, "close");
	await server.close();
	await cut;
});

test("each connection beyond those that a node serves is told to come again, and can still ask for its health", async () => {
	const origin = "https://app.example.com";
	await using server = await startServer("127.0.0.1", {
		corsOrigins: [origin],
	});
	const [host = "", port] = server.address.split(":");
	const open = async () => {
		const socket = connect(Number(port), host).setEncoding("utf8");
		await once(socket, "connect");
		return socket;
	};
	const ask = async (path: string, method = "GET", more = "") => {
		const socket = await open();
		socket.write(
			`${method} ${path} HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\n${more}\r\n`,
		);
		const [text] = await once(socket, "data");
		return { socket, text: String(text) };
	};
	const served: Socket[] = [];
	// No more at once than the system queues for a server that has not accepted them yet.
	while (served.length < HTTP_CONNECTIONS_MAX)
		served.push(...(await Promise.all(Array.from({ length: 256 }, open))));
	const refused = await ask("/v1/cluster");
	expect(refused.text).toMatch(
		/^HTTP\/1.1 503 .*retry-after: \d.*"code":"overloaded"/is,
	);
	await once(refused.socket, "close");
	// A page can read that, too, even if its browser has to send a preflight first.
	const readable = `access-control-allow-origin: ${origin}`;
	expect(refused.text).toContain(readable);
	const asks = "Access-Control-Request-Method: GET\r\n";
	const asked = await ask("/v1/cluster", "OPTIONS", asks);
	expect(asked.text).toMatch(/^HTTP\/1.1 204 /);
	expect(asked.text).toContain(readable);
	await once(asked.socket, "close");
	const health = await ask("/healthz");
	expect(health.text).toMatch(/^HTTP\/1.1 200 /);
	health.socket.destroy();
	served[0]?.write("GET /v1/cluster HTTP/1.1\r\nHost: localhost\r\n\r\n");
	const [text] = await once(served[0] as Socket, "data");
	expect(String(text)).toMatch(/^HTTP\/1.1 200 /);
	for (const socket of served) socket.destroy();
});

test("a node that may have few files open takes only as many connections as leave half of them to Redis, other nodes and task code", async () => {
	await using server = await startServer("127.0.0.1", { filesMax: 100 });
	expect(server.told).toEqual([
		expect.stringMatching(/^this process may have few files open.*ulimit -n/),
	]);
	const [host = "", port] = server.address.split(":");
	const open = async () => {
		const socket = connect(Number(port), host).setEncoding("utf8");
		await once(socket, "connect");
		return socket;
	};
	const ask = async (socket: Socket) => {
		socket.write("GET /v1/cluster HTTP/1.1\r\nHost: localhost\r\n\r\n");
		const [text] = await once(socket, "data");
		return String(text).slice(0, 12);
	};
	const served: Socket[] = [];
	while (served.length < 40) served.push(await open());
	const surplus = await Promise.all(Array.from({ length: 10 }, open));
	const closed = await open();
	await once(closed, "close");
	expect(await ask(surplus[0] as Socket)).toBe("HTTP/1.1 503");
	expect(await ask(served[39] as Socket)).toBe("HTTP/1.1 200");
	for (const socket of [...served, ...surplus]) socket.destroy();
});
