/** `GET /v1/tasks`: what its filters mean, and which are refused. */
import { expect, test } from "vitest";
import { startServer } from "./http-server.ts";

test("filters reach the node as they were meant, in whatever case and order", async () => {
	await using server = await startServer();
	const since = encodeURIComponent("2026-11-29T01:00:00+01:00");
	const filters = [
		...["state=failure", "type=t", "queue=a.b", "tag=y", "tag=x", "tag=y"],
		...["node=node-1", `q=${encodeURIComponent('"a": ü')}`],
		...[`since=${since}`, "until=2026-11-30T00:00+00:00"],
		...["attemptMin=2", "moved=true", "limit=7", "full=true"],
	];
	const { status } = await server.get(`/v1/tasks?${filters.join("&")}`);
	expect(status).toBe(200);
	expect(server.api.wishes).toEqual([
		{
			query: {
				...{ state: "FAILURE", type: "t", queue: "a.b", tags: ["x", "y"] },
				...{ node: "node-1", q: '"a": ü', attemptMin: 2, moved: true },
				sinceMs: Date.UTC(2026, 10, 29),
				untilMs: Date.UTC(2026, 10, 30),
			},
			...{ isBrief: false, limit: 7, cursor: undefined },
		},
	]);
});

test("an empty filter restricts nothing", async () => {
	await using server = await startServer();
	await server.get("/v1/tasks?moved=false&full=false");
	expect(server.api.wishes).toMatchObject([{ query: {}, isBrief: true }]);
});

test.each([
	["colour=red", "colour"],
	["state=", "state"],
	["state=PENDING&state=STARTED", "state"],
	["type=a%20b", "type"],
	["queue=..", "queue"],
	["tag=a&tag=", "tag"],
	[Array.from({ length: 17 }, (_, i) => `tag=t${i}`).join("&"), "tag"],
	["node=", "node"],
	["q=", "q"],
	[`q=${"x".repeat(201)}`, "q"],
	["since=yesterday", "since"],
	["since=2026-02-30T00:00:00Z", "since"],
	["until=1", "until"],
	["since=2026-11-30T00:00:00Z&until=2026-11-30T00:00:00Z", "until"],
	["attemptMin=0", "attemptMin"],
	["attemptMin=1.5", "attemptMin"],
	["moved=yes", "moved"],
	["full=1", "full"],
])("a filter that is not right is named: %s", async (filters, field) => {
	await using server = await startServer();
	const { status, json } = await server.get(`/v1/tasks?${filters}`);
	expect([status, json.code, json.field]).toEqual([400, "invalid", field]);
	expect(server.api.lists).toBe(0);
});

test("a list leaves out payloads and results, unless it is asked for in full", async () => {
	await using server = await startServer();
	const task = { id: "a", type: "t", payload: { n: 1 }, tags: ["x", "x"] };
	await server.post("/v1/tasks", task);
	server.api.end("a", '"done"');
	const [brief] = (await server.get("/v1/tasks?tag=x")).json.tasks;
	expect(brief).toMatchObject({ id: "a", state: "SUCCESS", tags: ["x"] });
	expect(Object.keys(brief)).not.toContain("payload");
	expect(Object.keys(brief)).not.toContain("result");
	const [full] = (await server.get("/v1/tasks?full=true")).json.tasks;
	expect(full).toMatchObject({ payload: { n: 1 }, result: "done" });
	const [row] = (await server.get("/status/all")).json.tasks;
	expect(row).toMatchObject({ task_id: "a", result: "done" });
});

test("the same tags are the same task, in whatever order and number", async () => {
	await using server = await startServer();
	const task = { id: "a", type: "t", tags: ["y", "x", "y"] };
	expect((await server.post("/v1/tasks", task)).status).toBe(202);
	const again = { ...task, tags: ["x", "y"] };
	expect((await server.post("/v1/tasks", again)).status).toBe(200);
	const other = { ...task, tags: ["x"] };
	expect((await server.post("/v1/tasks", other)).status).toBe(409);
	await server.post("/v1/tasks", { id: "b", type: "t", tags: [] });
	const plain = await server.post("/v1/tasks", { id: "b", type: "t" });
	expect(plain.status).toBe(200);
});

test.each([
	[Array.from({ length: 17 }, (_, i) => `t${i}`)],
	[["a b"]],
	[["x".repeat(65)]],
	[[1]],
	["x"],
])("invalid tags are refused, and nothing is stored: %j", async (tags) => {
	await using server = await startServer();
	const task = { id: "a", type: "t", tags };
	const { status, json } = await server.post("/v1/tasks", task);
	expect([status, json.code, json.field]).toEqual([400, "invalid", "tags"]);
	expect(server.api.tasks.size).toBe(0);
	const most = Array.from({ length: 16 }, (_, i) => `t${i}`);
	const good = { ...task, tags: [...most, ...most] };
	expect((await server.post("/v1/tasks", good)).status).toBe(202);
});
