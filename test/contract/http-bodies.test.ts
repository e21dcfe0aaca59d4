/** Large bodies: how much memory they may take together, and that slow ones shut nobody out. */
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { BODIES_BYTES_MAX, BODY_BYTES_MAX } from "../../protocol/limits.ts";
import { startServer } from "./http-server.ts";

const task = { type: "t" };
const LARGE = JSON.stringify({ type: "t", payload: "x".repeat(100_000) });

/** Opens so many requests that announce bodies of the largest size, and sends so much of each. */
function beginLarge(port: number, count: number, sentBytes: number) {
	const head = `POST /v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${BODY_BYTES_MAX}\r\n\r\n`;
	return Promise.all(
		Array.from({ length: count }, async () => {
			const socket = connect(port, "127.0.0.1");
			socket.on("error", () => {}); // Refused ones may be cut off.
			socket.write(head);
			// "Continue" says that the request was accepted and its body is awaited.
			expect(String((await once(socket, "data"))[0])).toMatch(/ 100 /);
			await new Promise((sent) =>
				socket.write(Buffer.alloc(sentBytes, " "), sent),
			);
			return socket;
		}),
	);
}

test("bodies count by what has arrived, not by what is announced", async () => {
	await using server = await startServer();
	const port = Number(server.address.split(":")[1]);
	const count = 4 * (BODIES_BYTES_MAX / BODY_BYTES_MAX);
	const open = await beginLarge(port, count, 1);
	expect((await server.post("/v1/tasks", LARGE)).status).toBe(202);
	for (const socket of open) socket.destroy();
});

test("bodies that have arrived in part and stand still give way to others", async () => {
	await using server = await startServer();
	const port = Number(server.address.split(":")[1]);
	const count = BODIES_BYTES_MAX / BODY_BYTES_MAX;
	// The last ones are refused once those before them have taken all the room.
	const open = await beginLarge(port, 2 * count, BODY_BYTES_MAX - 1);
	expect((await server.post("/v1/tasks", task)).status).toBe(202);
	await expect
		.poll(async () => (await server.post("/v1/tasks", LARGE)).status)
		.toBe(202);
	for (const socket of open) socket.destroy();
});

test("large bodies are worked on one at a time, and all of them are", async () => {
	await using server = await startServer();
	const line = `${JSON.stringify({ type: "t", payload: "x".repeat(2_000) })}\n`;
	const ndjson = { "content-type": "application/x-ndjson" };
	const seen = { now: new Set<object>(), most: 0 };
	const { submit } = server.api;
	server.api.submit = async (tasks) => {
		seen.now.add(tasks);
		seen.most = Math.max(seen.most, seen.now.size);
		await new Promise((resolve) => setImmediate(resolve));
		return await submit.call(server.api, tasks).finally(() => {
			seen.now.delete(tasks);
		});
	};
	// A body of this size is submitted in two chunks.
	const body = line.repeat(600);
	const answers = await Promise.all(
		Array.from({ length: 6 }, () => server.post("/v1/tasks", body, ndjson)),
	);
	for (const { status } of answers) expect(status).toBe(202);
	expect(seen.most).toBeLessThanOrEqual(2);
});

test("bodies in chunks count by what has arrived, not by what may follow", async () => {
	await using server = await startServer();
	const head =
		"POST /v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n";
	const port = Number(server.address.split(":")[1]);
	const open = [];
	for (let i = 0; i < 2 * (BODIES_BYTES_MAX / BODY_BYTES_MAX); i++) {
		const socket = connect(port, "127.0.0.1");
		socket.write(head);
		expect(String((await once(socket, "data"))[0])).toMatch(/ 100 /);
		socket.write("1\r\n[\r\n");
		open.push(socket);
	}
	expect((await server.post("/v1/tasks", LARGE)).status).toBe(202);
	// Together they may send more than fits: one is told so, and makes room.
	const part = Buffer.alloc(BODY_BYTES_MAX - 2, " ");
	const answered = Promise.race(open.map((socket) => once(socket, "data")));
	for (const socket of open) {
		socket.on("error", () => {}); // A refused one is cut off while it sends.
		socket.write(`${part.length.toString(16)}\r\n`);
		socket.write(part);
	}
	expect(String((await answered)[0])).toMatch(/ 503 .*"overloaded"/s);
	for (const socket of open) socket.destroy();
	await expect
		.poll(async () => (await server.post("/v1/tasks", LARGE)).status)
		.toBe(202);
});
