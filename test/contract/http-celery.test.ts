/**
 * The addresses of the Celery system that Hearsay replaces.
 */
import { expect, test } from "vitest";
import { StoreError } from "../../node/ports.ts";
import { startServer } from "./http-server.ts";

test("a task of the old system becomes a process_task", async () => {
	await using server = await startServer();
	const task = { task_id: 1, task_data: "Task 1", priority: 9 };
	const answer = await server.post("/add_task", task);
	expect(answer.status).toBe(200);
	expect(answer.json).toEqual({ task_id: 1, status: "PENDING" });
	expect(server.api.tasks.get("1")).toMatchObject({
		route: "default|process_task|",
		priority: 9,
		payload: '{"task_id":1,"task_data":"Task 1"}',
	});
});

test("an array is answered as an array, in order", async () => {
	await using server = await startServer();
	const answer = await server.post("/add_task", [
		{ task_id: 1, task_data: "a" },
		{ task_id: "two", task_data: "b", priority: 11 },
		{ task_id: "three", task_data: "c" },
	]);
	expect(answer.status).toBe(200);
	expect(answer.json).toMatchObject([
		{ task_id: 1, status: "PENDING" },
		{ task_id: "two", status: "REJECTED", problem: { field: "priority" } },
		{ task_id: "three", status: "PENDING" },
	]);
	expect(server.api.tasks.size).toBe(2);
});

test("an array of which nothing was taken is answered as an array, too", async () => {
	await using server = await startServer();
	const bad = await server.post("/add_task", [{ task_id: {} }, 7]);
	expect(bad.status).toBe(400);
	expect(bad.json).toMatchObject([
		{ task_id: {}, status: "REJECTED", problem: { field: "task_id" } },
		{ status: "REJECTED", problem: { code: "invalid" } },
	]);
	server.api.failure = new StoreError("unreachable", "away");
	const task = { task_id: 1, task_data: "a" };
	const away = await server.post("/add_task", [task]);
	expect(away.status).toBe(503);
	expect(away.json).toMatchObject([{ task_id: 1, status: "REJECTED" }]);
});

test("fields that the old system ignored are ignored", async () => {
	await using server = await startServer();
	const task = { task_id: 1, task_data: "a", note: "old" };
	expect((await server.post("/add_task", task)).status).toBe(200);
});

test.each([
	[{ task_data: "a" }, "task_id"],
	[{ task_id: 1 }, "task_data"],
	[{ task_id: 1.5, task_data: "a" }, "task_id"],
	[{ task_id: 2 ** 70, task_data: "a" }, "task_id"],
	[{ task_id: "a b", task_data: "a" }, "task_id"],
	[{ task_id: 1, task_data: "a", priority: 11 }, "priority"],
])(
	"what the old system could not have meant is refused: %j",
	async (task, field) => {
		await using server = await startServer();
		const answer = await server.post("/add_task", task);
		expect(answer.status).toBe(400);
		expect(answer.json).toMatchObject({ code: "invalid", field });
	},
);

test("a task_id that is taken by other content is a conflict", async () => {
	await using server = await startServer();
	await server.post("/add_task", { task_id: 1, task_data: "a" });
	const same = await server.post("/add_task", { task_id: 1, task_data: "a" });
	const other = await server.post("/add_task", { task_id: 1, task_data: "b" });
	expect([same.status, other.status]).toEqual([200, 409]);
});

test("all tasks are shown in Celery's words, newest first", async () => {
	await using server = await startServer();
	const states = ["STARTED", "FAILURE", "CANCELLED", "EXPIRED", "SCHEDULED"];
	for (const task_id of [1, 2, 3, 4, 5, 6, "7"]) {
		await server.post("/add_task", { task_id, task_data: "x" });
	}
	for (const [i, state] of states.entries()) {
		server.api.change(String(i + 1), { state: state as "STARTED" });
	}
	server.api.change("2", { error: { code: "failed", message: "no luck" } });
	server.api.end("6", '"Task 6 processed"');
	const answer = await server.get("/status/all");
	expect(answer.json).toEqual({
		tasks: [
			{ task_id: "7", status: "PENDING", result: null },
			{ task_id: 6, status: "SUCCESS", result: "Task 6 processed" },
			{ task_id: 5, status: "PENDING", result: null },
			{ task_id: 4, status: "REVOKED", result: null },
			{ task_id: 3, status: "REVOKED", result: null },
			{ task_id: 2, status: "FAILURE", result: "no luck" },
			{ task_id: 1, status: "STARTED", result: null },
		],
	});
});

test("a task_id is told as number or text, as it was sent; of other tasks it is text", async () => {
	await using server = await startServer();
	const numbers = [0, -7, 12, Number.MAX_SAFE_INTEGER];
	for (const task_id of [...numbers, "13"]) {
		await server.post("/add_task", { task_id, task_data: "x" });
	}
	const type = "process_task";
	await server.post("/v1/tasks", { id: "14", type, payload: { x: 14 } });
	await server.post("/v1/tasks", {
		id: "true",
		type,
		payload: { task_id: true, task_data: 1 },
	});
	const { tasks } = (await server.get("/status/all")).json;
	const ids = tasks.map(({ task_id }: { task_id: unknown }) => task_id);
	expect(ids.reverse()).toEqual([...numbers, "13", "14", "true"]);
});

test("all tasks are more than one page of them", async () => {
	await using server = await startServer();
	const tasks = Array.from({ length: 1_200 }, (_, i) => ({
		task_id: i,
		task_data: "x",
	}));
	await server.post("/add_task", tasks);
	const { json } = await server.get("/status/all");
	expect(json.tasks.length).toBe(1_200);
	expect(json).not.toHaveProperty("truncated");
});

test("an answer with all tasks has an end, and says that it was cut", async () => {
	await using server = await startServer();
	const result = JSON.stringify("x".repeat(250_000));
	for (let task_id = 0; task_id < 70; task_id++) {
		await server.post("/add_task", { task_id, task_data: "x" });
		server.api.end(String(task_id), result);
	}
	const { json } = await server.get("/status/all");
	expect(json.truncated).toBe(true);
	expect(json.tasks.length).toBe(67);
});

test("one task is shown by its task_id", async () => {
	await using server = await startServer();
	await server.post("/add_task", { task_id: 1, task_data: "x" });
	await server.post("/v1/tasks", { id: "other", type: "t" });
	expect((await server.get("/status/1")).json).toEqual({
		task_id: 1,
		status: "PENDING",
		result: null,
	});
	expect((await server.get("/status/other")).json.task_id).toBe("other");
	expect((await server.get("/status/none")).status).toBe(404);
});
