/** A client that takes a long answer slowly, but does take it; and what others are answered meanwhile. */
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import {
	BODY_LARGE_BYTES,
	UNSENT_BYTES_MAX,
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
