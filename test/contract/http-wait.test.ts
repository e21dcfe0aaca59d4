/**
 * `GET /v1/tasks/:id?wait=`: when clients that wait for a task are answered.
 */
import { expect, test } from "vitest";
import { startServer } from "./http-server.ts";

test("a reader who waits is answered as soon as the task has ended", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", { id: "a", type: "t" });
	const answer = server.get("/v1/tasks/a?wait=30s");
	await server.api.waiting(1);
	server.api.end("a", "42");
	expect((await answer).json).toMatchObject({ state: "SUCCESS", result: 42 });
});

test("a reader who waits is answered when the time is over", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", { id: "a", type: "t" });
	const answer = await server.get("/v1/tasks/a?wait=20ms");
	expect(answer.json.state).toBe("PENDING");
	expect(answer.headers.get("retry-after")).toBe("0");
});

test("a task that cannot be read when its wait is over is not reported as missing", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", { id: "a", type: "t" });
	const { awaitEnd } = server.api;
	server.api.awaitEnd = (id, ms, signal, place) =>
		awaitEnd.call(server.api, id, ms, signal, {
			...{ bytesMax: 0, leave: () => place.leave() },
			enter: () => false,
			reaches: () => true,
		});
	const answer = await server.get("/v1/tasks/a?wait=20ms");
	expect([answer.status, answer.json.code]).toEqual([503, "overloaded"]);
	server.api.awaitEnd = awaitEnd;
	const none = await server.get("/v1/tasks/b?wait=20ms");
	expect(none.status).toBe(404);
});

test("a wait for longer than proxies wait for an answer is cut", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", { id: "a", type: "t" });
	const asked: number[] = [];
	const { awaitEnd } = server.api;
	server.api.awaitEnd = (id, ms, signal, waits) => {
		asked.push(ms);
		return awaitEnd.call(server.api, id, 1, signal, waits);
	};
	for (const time of ["60s", "2h", "49s"]) {
		const answer = await server.get(`/v1/tasks/a?wait=${time}`);
		// It was answered before that time was over.
		expect(answer.headers.get("retry-after")).toBe("1");
	}
	expect(asked).toEqual([50_000, 50_000, 49_000]);
});

test("the wait of a reader who hangs up is given up", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", { id: "a", type: "t" });
	const hangUp = new AbortController();
	const { signal } = hangUp;
	const url = `http://${server.address}/v1/tasks/a?wait=60s`;
	const answer = fetch(url, { signal }).catch((error: Error) => error.name);
	await server.api.waiting(1);
	hangUp.abort();
	await server.api.waiting(0);
	expect(await answer).toBe("AbortError");
});
