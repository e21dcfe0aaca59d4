/**
 * Connections that send requests and do not take the answers: how much of the node they may hold.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { REQUESTS_OPEN_MAX } from "../../protocol/limits.ts";
import { type Server, startServer } from "./http-server.ts";

const HOST = "Host: localhost\r\n";
const WAIT = `GET /v1/tasks/a?wait=50s HTTP/1.1\r\n${HOST}\r\n`;
const HEALTH = `GET /healthz HTTP/1.1\r\n${HOST}\r\n`;
const FLOOD = 60_000;

function connectTo(server: Server): Socket {
	const socket = connect(Number(server.address.split(":")[1]), "127.0.0.1");
	socket.on("error", () => {}); // Being cut off is no fault of a test.
	return socket;
}

/** A task that does not end, and how many may wait for it. */
async function waitsOf(server: Server) {
	await server.post("/v1/tasks", { id: "a", type: "t" });
	const seen = { now: 0, most: 0, all: 0 };
	const { awaitEnd } = server.api;
	server.api.awaitEnd = async (...args) => {
		seen.all += 1;
		seen.most = Math.max(seen.most, ++seen.now);
		return await awaitEnd.apply(server.api, args).finally(() => {
			seen.now -= 1;
		});
	};
	return seen;
}

test("a few requests of a flood are begun, and the others are not read", async () => {
	await using server = await startServer();
	const seen = await waitsOf(server);
	const socket = connectTo(server);
	const flood = WAIT.repeat(FLOOD);
	socket.write(flood.slice(0, flood.length / 2));
	socket.write(flood.slice(flood.length / 2));
	await server.api.waiting(REQUESTS_OPEN_MAX);
	expect((await server.get("/healthz")).status).toBe(200);
	expect(seen.all).toBe(REQUESTS_OPEN_MAX);
	socket.destroy();
});

test("a flood is answered in order and in full as its answers are taken", async () => {
	await using server = await startServer();
	const seen = await waitsOf(server);
	const socket = connectTo(server).setEncoding("utf8");
	let text = "";
	socket.on("data", (part: string) => {
		text += part;
	});
	const count = 50;
	socket.write(
		Array.from({ length: count }, (_, i) =>
			WAIT.replace("/a?", `/t${i}?`),
		).join(""),
	);
	for (let i = 0; i < count; i++)
		await server.post("/v1/tasks", { id: `t${i}`, type: "t" });
	await expect
		.poll(() => text.match(/HTTP\/1.1/g)?.length ?? 0)
		.toBeGreaterThan(0);
	for (let i = 0; i < count; i++) server.api.end(`t${i}`, "1");
	await expect.poll(() => text.match(/HTTP\/1.1/g)?.length).toBe(count);
	expect(seen.most).toBeLessThanOrEqual(REQUESTS_OPEN_MAX);
	socket.destroy();
});

const JSON_HEAD = `POST /v1/tasks HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n`;

test.each([
	[
		"that say their length",
		`${JSON_HEAD}Content-Length: 12\r\n\r\n{"type":"t"}`,
	],
	[
		"in chunks",
		`${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\nc\r\n{"type":"t"}\r\n0\r\n\r\n`,
	],
	[
		"that say what they expect",
		`${JSON_HEAD}Expect: nonsense\r\nContent-Length: 12\r\n\r\n{"type":"t"}`,
	],
	[
		"behind empty lines",
		`\r\n\r\n\r\n${JSON_HEAD}Content-Length: 12\r\n\r\n{"type":"t"}`,
	],
	[
		"as lines",
		`POST /v1/tasks HTTP/1.1\r\n${HOST}Content-Type: application/x-ndjson\r\nContent-Length: 12\r\n\r\n{"type":"t"}`,
	],
])("a few submissions of a flood are begun: %s", async (_what, request) => {
	await using server = await startServer();
	const hold = Promise.withResolvers<void>();
	server.api.held = hold.promise;
	let begun = 0;
	server.api.onSubmit = () => {
		begun += 1;
	};
	const socket = connectTo(server).setEncoding("utf8");
	const count = 300;
	socket.write(request.repeat(count));
	await expect.poll(() => begun).toBeGreaterThan(0);
	for (let i = 0; i < 5; i++)
		expect((await server.get("/healthz")).status).toBe(200);
	expect(begun).toBeLessThanOrEqual(REQUESTS_OPEN_MAX);
	hold.resolve();
	let answers = "";
	socket.on("data", (part: string) => {
		answers += part;
	});
	await expect
		.poll(() => answers.match(/HTTP\/1.1 202/g)?.length, { timeout: 10_000 })
		.toBe(count);
	socket.destroy();
});

test("a request in many pieces, and many in one, are each answered once", async () => {
	await using server = await startServer();
	const body = JSON.stringify({
		id: "p",
		type: "t",
		payload: "\r\n\r\n".repeat(50),
	});
	const posts = [
		`\r\n\r\nPOST /v1/tasks HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
		`POST /v1/tasks HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\nX-T: a\r\n\r\n`,
		`\r\n${HEALTH}`,
		HEALTH.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"),
	];
	const text = posts.join("");
	for (const size of [1, 2, 3, 7, 64, text.length]) {
		server.api.tasks.clear();
		const socket = connectTo(server).setNoDelay();
		let answers = "";
		socket.setEncoding("utf8").on("data", (part: string) => {
			answers += part;
		});
		for (let i = 0; i < text.length; i += size)
			await new Promise((sent) => socket.write(text.slice(i, i + size), sent));
		await once(socket, "close");
		expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual([
			"HTTP/1.1 202",
			"HTTP/1.1 200",
			"HTTP/1.1 200",
			"HTTP/1.1 200",
		]);
	}
});
