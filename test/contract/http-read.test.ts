/**
 * Reading over HTTP: tasks, lists, waits, cluster, nodes, the page, the API itself.
 */
import { expect, test } from "vitest";
import { nodeA } from "./http-node-a.ts";
import { startServer } from "./http-server.ts";

test("a task is read with its times, its result and its attempts", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", {
		id: "a",
		type: "resize",
		payload: { w: 1 },
		labels: ["gpu"],
	});
	server.api.end("a", '{"ok":[1]}');
	const answer = await server.get("/v1/tasks/a");
	expect(answer.status).toBe(200);
	expect(answer.json).toEqual({
		id: "a",
		type: "resize",
		queue: "default",
		labels: ["gpu"],
		priority: 5,
		state: "SUCCESS",
		createdAt: "2026-01-02T03:04:05.678Z",
		startedAt: "2026-01-02T03:04:05.680Z",
		finishedAt: "2026-01-02T03:04:05.681Z",
		node: "node-a",
		token: 7,
		attempt: 1,
		round: 1,
		failures: 0,
		crashes: 0,
		attempts: [
			{
				round: 1,
				token: 7,
				node: "node-a",
				claimedAt: "2026-01-02T03:04:05.679Z",
				startedAt: "2026-01-02T03:04:05.680Z",
				endedAt: "2026-01-02T03:04:05.681Z",
				end: "success",
			},
		],
		payload: { w: 1 },
		result: { ok: [1] },
	});
});

test("a task that waits again has no node, but keeps its attempt", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", { id: "a", type: "t" });
	const lost = { token: 3, round: 1, nodeId: "n", epoch: 1, claimedMs: 0 };
	server.api.change("a", {
		attempt: 1,
		attempts: [{ ...lost, end: "lease-lost" }],
	});
	const { json } = await server.get("/v1/tasks/a");
	expect(json).not.toHaveProperty("node");
	expect(json).not.toHaveProperty("startedAt");
	expect(json.attempts).toMatchObject([{ node: "n", end: "lease-lost" }]);
});

test.each([
	"/v1/tasks/none",
	"/v1/tasks/not%20an%20id",
	"/v1/tasks/%F0%9F%A6%8A",
])("a task that does not exist is not found: %s", async (path) => {
	await using server = await startServer();
	const answer = await server.get(path);
	expect([answer.status, answer.json.code]).toEqual([404, "not_found"]);
});

test("an id of the greatest length is found, percent-encoded too", async () => {
	await using server = await startServer();
	const id = ":".repeat(128);
	await server.post("/v1/tasks", { id, type: "t" });
	const answer = await server.get(`/v1/tasks/${encodeURIComponent(id)}`);
	expect(answer.json.id).toBe(id);
});

test("tasks are listed newest first, page by page, by state", async () => {
	await using server = await startServer();
	for (const id of ["a", "b", "c", "d", "e"]) {
		await server.post("/v1/tasks", { id, type: "t" });
	}
	server.api.end("d", "1");
	const ids = (page: { json: { tasks: { id: string }[] } }) =>
		page.json.tasks.map(({ id }) => id);
	const first = await server.get("/v1/tasks?state=PENDING&limit=3");
	expect(ids(first)).toEqual(["e", "c", "b"]);
	const { cursor } = first.json;
	const rest = await server.get(
		`/v1/tasks?state=PENDING&limit=3&cursor=${cursor}`,
	);
	expect(ids(rest)).toEqual(["a"]);
	expect(rest.json).not.toHaveProperty("cursor");
});

test.each([
	["/v1/tasks?state=done", "state"],
	["/v1/tasks?limit=0", "limit"],
	["/v1/tasks?limit=501", "limit"],
	["/v1/tasks?limit=1e2", "limit"],
	["/v1/tasks?cursor=nonsense", "cursor"],
	["/v1/tasks?staet=PENDING", "staet"],
	["/v1/tasks?limit=1&limit=2", "limit"],
	["/v1/tasks/a?wait=soon", "wait"],
	["/v1/tasks/a?wait=-1", "wait"],
	["/v1/tasks/a?state=PENDING", "state"],
	["/v1/nodes?state=up", "state"],
	["/v1/cluster?x=1", "x"],
])("a wrong parameter is named: %s", async (path, field) => {
	await using server = await startServer();
	const answer = await server.get(path);
	expect(answer.status).toBe(400);
	expect(answer.json).toMatchObject({ code: "invalid", field });
});

test.each(["/v1/tasks?wait=5s", "/v1/nodes/node-a/drain?wait=5s"])(
	"an operation that changes something takes no parameters: %s",
	async (path) => {
		await using server = await startServer();
		server.api.nodeViews = [nodeA];
		const answer = await server.post(path, { type: "t" });
		expect(answer.status).toBe(400);
		expect(answer.json).toMatchObject({ code: "invalid", field: "wait" });
		expect(answer.json.detail).toContain('"wait"');
		expect(server.api.tasks.size).toBe(0);
	},
);

test("the cluster is read with its counts and its waiting work", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", { type: "t", labels: ["gpu"] });
	const { json } = await server.get("/v1/cluster");
	expect(json).toMatchObject({
		cluster: "hearsay",
		node: "node-a",
		counts: { PENDING: 1, SUCCESS: 0 },
		totals: { accepted: 1, attempts: 0, stale: 0 },
		backlog: [{ queue: "default", type: "t", labels: ["gpu"], count: 1 }],
		store: { up: true, durability: { fsync: "everysec" } },
		peers: ["node-b"],
	});
});

test("a node that is not ready is healthy, and says why it is not ready", async () => {
	await using server = await startServer();
	expect((await server.get("/readyz")).status).toBe(200);
	const reasons = ["Redis is not reachable.", "No lease is held."];
	server.api.ready = { ready: false, reasons };
	const answer = await server.get("/readyz");
	expect(answer.status).toBe(503);
	expect(answer.json).toMatchObject({ code: "not_ready", reasons });
	expect((await server.get("/healthz")).status).toBe(200);
});

test("the page and all that it loads come from the node, under a strict policy", async () => {
	await using server = await startServer();
	const page = await server.get("/");
	expect(page.text).toContain("<title>Hearsay</title>");
	expect(page.headers.get("content-security-policy")).toMatch(
		/default-src 'none'; script-src 'self'/,
	);
	const needed = page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g);
	for (const [, path] of needed) {
		expect((await server.get(path ?? "")).status).toBe(200);
	}
});

test("a node is asked to drain, and an unknown one is not found", async () => {
	await using server = await startServer();
	server.api.nodeViews = [nodeA];
	const id = nodeA.record.nodeId;
	const asked = await server.post(`/v1/nodes/${id}/drain`, "");
	expect(asked.status).toBe(202);
	expect(asked.json).toEqual({ id, name: "ann", state: "draining" });
	const byName = await server.post("/v1/nodes/ann/drain", "");
	expect(byName.json).toEqual({ id, name: "ann", state: "draining" });
	const form = { "content-type": "application/x-www-form-urlencoded" };
	const byCurl = await server.post(`/v1/nodes/${id}/drain`, "", form);
	expect(byCurl.status).toBe(202);
	const unknown = await server.post("/v1/nodes/nobody/drain", "");
	expect(unknown.status).toBe(404);
	expect(unknown.json).toMatchObject({ code: "not_found", field: "id" });
});
