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
	expect(answer.json).toEqual({ task_id: 1, status: "PENDING", id: "1" });
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
		7,
		{ task_id: "three", task_data: "c" },
	]);
	expect(answer.status).toBe(200);
	expect(answer.json).toMatchObject([
		{ task_id: 1, status: "PENDING", id: "1" },
		{ status: "REJECTED", problem: { code: "invalid" } },
		{ task_id: "three", status: "PENDING", id: "three" },
	]);
	expect(server.api.tasks.size).toBe(2);
});

test("an array of which nothing was accepted is answered as an array, too", async () => {
	await using server = await startServer();
	const bad = await server.post("/add_task", [null, 7, "x", [{ task_id: 1 }]]);
	expect(bad.status).toBe(400);
	const rejected = { status: "REJECTED", problem: { code: "invalid" } };
	expect(bad.json).toMatchObject([rejected, rejected, rejected, rejected]);
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

test.each(["", "{", "task_id=1", "'x'"])(
	"a body that is not JSON is refused: %s",
	async (body) => {
		await using server = await startServer();
		const answer = await server.post("/add_task", body);
		expect([answer.status, answer.json.code]).toEqual([400, "invalid_json"]);
		expect(server.api.tasks.size).toBe(0);
	},
);

test.each([
	[undefined, 5],
	[null, 5],
	["7", 7],
	[" 7.9 ", 7],
	[7.5, 7],
	[11, 10],
	[1e300, 10],
	["9".repeat(400), 10],
	[-1, 0],
	["-1", 0],
	[-0.5, 0],
	["high", 5],
	["", 5],
	["0x7", 5],
	[{}, 5],
])(
	"a priority is read as the old system read it: %j is %i",
	async (told, is) => {
		await using server = await startServer();
		const task = { task_id: 1, task_data: "a", priority: told };
		expect((await server.post("/add_task", task)).status).toBe(200);
		expect(server.api.tasks.get("1")?.priority).toBe(is);
	},
);

test("a task without data has none", async () => {
	await using server = await startServer();
	await server.post("/add_task", { task_id: 1 });
	expect(server.api.tasks.get("1")?.payload).toBe(
		'{"task_id":1,"task_data":null}',
	);
	expect((await server.get("/status/1")).json.task_id).toBe(1);
});

const NO_NAMES = [
	...["a b", "", "..", "~1", "ä", 'with "quotes" and \\', "x".repeat(112)],
	...[null, true, 1e21, {}, { x: 1, "}": [",", { y: '"}' }] }, [1, [2]]],
];

test.each(NO_NAMES)(
	"a task_id that is no name is returned as it came, and its task has another id: %j",
	async (task_id) => {
		await using server = await startServer();
		const task = { task_id, task_data: "a,}" };
		const answer = await server.post("/add_task", task);
		const { id, status } = answer.json;
		expect(answer.json).toEqual({ task_id, status: "PENDING", id });
		expect(id).toMatch(/^generated/);
		const row = { task_id, status, result: null };
		expect((await server.get("/status/all")).json.tasks).toEqual([row]);
		expect((await server.get(`/status/${id}`)).json).toEqual(row);
	},
);

test("a task without a task_id is shown under its id", async () => {
	await using server = await startServer();
	const { json } = await server.post("/add_task", { task_data: "a" });
	const { id } = json;
	expect(json).toEqual({ status: "PENDING", id });
	const row = { task_id: id, status: "PENDING", result: null };
	expect((await server.get(`/status/${id}`)).json).toEqual(row);
});

test("names become ids: numbers as they are written, and text", async () => {
	await using server = await startServer();
	const names = [0, -7, 1.5, "1.6", "a~b", "x".repeat(111)];
	const tasks = names.map((task_id) => ({ task_id }));
	const { json } = await server.post("/add_task", tasks);
	expect(json).toEqual(
		names.map((task_id) => ({
			...{ task_id, status: "PENDING", id: String(task_id) },
		})),
	);
});

test("a task_id that is used again is another task, which has an id of its own", async () => {
	await using server = await startServer();
	const task = { task_id: 1, task_data: "a" };
	const answers = [
		(await server.post("/add_task", task)).json,
		(await server.post("/add_task", { ...task, task_data: "b" })).json,
		...(await server.post("/add_task", [task, { task_id: "1" }])).json,
	];
	const ids = ["1", "1~2", "1~3", "1~4"];
	expect(answers).toMatchObject(
		ids.map((id, i) => ({ task_id: i < 3 ? 1 : "1", status: "PENDING", id })),
	);
	server.api.end("1~2", '"second"');
	server.api.end("1~4", '"newest"');
	const rows = [
		{ task_id: 1, status: "PENDING", result: null },
		{ task_id: 1, status: "SUCCESS", result: "second" },
		{ task_id: 1, status: "PENDING", result: null },
		{ task_id: "1", status: "SUCCESS", result: "newest" },
	];
	expect((await server.get("/status/all")).json.tasks).toEqual(rows);
	expect((await server.get("/status/1")).json).toEqual(rows[3]);
	for (const [i, id] of ids.entries())
		if (i > 0)
			expect((await server.get(`/status/${id}`)).json).toEqual(rows[i]);
	const { json } = await server.get("/v1/tasks/1");
	expect(json).toMatchObject({ id: "1", payload: task });
});

test("a sender that cannot know whether a task was accepted is told to look first", async () => {
	await using server = await startServer();
	server.api.failure = new StoreError("unknown", "late");
	const answers = [
		(await server.post("/add_task", { task_id: 1 })).json,
		(await server.post("/add_task", [{ task_id: 1 }])).json[0].problem,
	];
	for (const { code, detail } of answers) {
		expect(code).toBe("outcome_unknown");
		expect(detail).toMatch(/would be another task/);
	}
});

test("all tasks are shown in Celery's words, oldest first", async () => {
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
			{ task_id: 1, status: "STARTED", result: null },
			{ task_id: 2, status: "FAILURE", result: "no luck" },
			{ task_id: 3, status: "REVOKED", result: null },
			{ task_id: 4, status: "REVOKED", result: null },
			{ task_id: 5, status: "PENDING", result: null },
			{ task_id: 6, status: "SUCCESS", result: "Task 6 processed" },
			{ task_id: "7", status: "PENDING", result: null },
		],
	});
});

test("a task_id is shown as the number or text that was sent; that of other tasks is text", async () => {
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
	expect(ids).toEqual([...numbers, "13", "14", "true"]);
});

test("all tasks are shown, also if they fill more than one page", async () => {
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

test("an answer with all tasks is bounded, and says if it was cut", async () => {
	await using server = await startServer();
	const result = JSON.stringify("x".repeat(250_000));
	for (let task_id = 0; task_id < 70; task_id++) {
		await server.post("/add_task", { task_id, task_data: "x" });
		server.api.end(String(task_id), result);
	}
	const { json } = await server.get("/status/all");
	expect(json.truncated).toBe(true);
	expect(json.tasks.length).toBe(67);
	// The newest ones.
	const ids = json.tasks.map(({ task_id }: { task_id: number }) => task_id);
	expect(ids).toEqual(Array.from({ length: 67 }, (_, i) => 3 + i));
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
