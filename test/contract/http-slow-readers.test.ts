/** A client that takes a long answer slowly, but does take it; and what others are answered meanwhile. */
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import {
	BODY_LARGE_BYTES,
	UNSENT_BYTES_MAX,
	UNSENT_DONE_BYTES_MAX,
	UNSENT_SMALL_BYTES,
} from "../../protocol/limits.ts";
import { type Server, startServer } from "./http-server.ts";

/** Adds a task with a payload of so many bytes. */
async function addTask(server: Server, id: string, bytes: number) {
	await server.post("/v1/tasks", { id, type: "t" });
	const record = server.api.tasks.get(id);
	if (record === undefined) throw new Error("it was not taken");
	const payload = JSON.stringify("x".repeat(bytes));
	server.api.tasks.set(id, { ...record, payload });
}

/** A client that has read the beginning of such a task; its system has buffered some more. */
async function beginReading(server: Server, id: string) {
	const socket = connect(Number(server.address.split(":")[1]), "127.0.0.1");
	socket.write(`GET /v1/tasks/${id} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
	await once(socket, "readable");
	socket.on("error", () => {}); // It may be cut off when the server closes.
	return socket;
}

test("a large task that many ask for and nobody takes is read only as often as there is room for it", async () => {
	await using server = await startServer();
	const bytes = UNSENT_BYTES_MAX / 4;
	await addTask(server, "long", bytes);
	const fit = 3; // A task is a little larger than its payload.
	const readers = [await beginReading(server, "long")];
	const many = 5 * fit;
	const port = Number(server.address.split(":")[1]);
	for (let i = 1; i < many; i++) {
		const socket = connect(port, "127.0.0.1");
		socket.on("error", () => {}); // It may be cut off when the server closes.
		socket.write("GET /v1/tasks/long HTTP/1.1\r\nHost: localhost\r\n\r\n");
		readers.push(socket);
	}
	await expect.poll(() => server.api.sizesRead).toBe(many);
	await expect.poll(() => server.api.tasksRead).toBe(fit);
	expect((await server.get("/v1/tasks/none")).status).toBe(404);
	expect(server.api.tasksRead).toBe(fit + 1);
	for (const reader of readers) reader.destroy();
});

test("a large task that was changed is read once there is room for the answer; small ones do not wait for that", async () => {
	await using server = await startServer();
	const bytes = UNSENT_DONE_BYTES_MAX;
	const port = Number(server.address.split(":")[1]);
	const sockets = [];
	for (let i = 0; i < 4; i++) {
		await addTask(server, `t${i}`, bytes);
		const socket = connect(port, "127.0.0.1");
		socket.on("error", () => {}); // It may be cut off when the server closes.
		socket.write(
			`POST /v1/tasks/t${i}/cancel HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`,
		);
		sockets.push(socket);
	}
	await expect.poll(() => server.api.sizesRead).toBe(4);
	expect(server.api.tasksRead).toBeLessThan(4);
	const small = await server.post("/v1/tasks", { id: "small", type: "t" });
	expect(small.status).toBe(202);
	const { status } = await server.post("/v1/tasks/small/cancel", {});
	expect(status).toBe(200);
	for (const socket of sockets) socket.destroy();
});

test("health, figures, single tasks and answers to submissions do not wait for a slow reader of a long answer", async () => {
	await using server = await startServer();
	await addTask(server, "long", UNSENT_BYTES_MAX + 1);
	await addTask(server, "short", UNSENT_SMALL_BYTES);
	const reader = await beginReading(server, "long");
	server.api.ready = { ready: false, reasons: ["stopping"] };
	// None of these routes has been used before.
	const statuses = async (...paths: readonly string[]) => {
		const answers = await Promise.all(paths.map((path) => server.get(path)));
		return answers.map(({ status }) => status);
	};
	expect(
		await statuses("/healthz", "/readyz", "/metrics", "/v1/nodes"),
	).toEqual([200, 503, 200, 200]);
	expect(await statuses("/v1/tasks/short")).toEqual([200]);
	// The answers to these are not small, and only one body is worked on at a time.
	const task = { type: "t", payload: "x".repeat(BODY_LARGE_BYTES / 64) };
	const body = Array(100).fill(task);
	const posts = await Promise.all(
		[1, 2].map(() => server.post("/v1/tasks", body)),
	);
	expect(posts.map(({ status }) => status)).toEqual([202, 202]);
	for (const { text } of posts)
		expect(text.length).toBeGreaterThan(UNSENT_SMALL_BYTES);
	// Nor do they wait until the slow reader is cut off.
	const { text } = await server.get("/metrics");
	for (const reason of ["slow", "silent"])
		expect(text).toContain(`hearsay_http_cut_off_total{reason="${reason}"} 0`);
	reader.destroy();
});
