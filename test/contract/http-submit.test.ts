/**
 * Submitting over HTTP: one task, arrays, NDJSON; what is refused, and how.
 */
import { expect, test } from "vitest";
import { StoreError } from "../../node/ports.ts";
import {
	ITEMS_MAX,
	PAYLOAD_BYTES_MAX,
	PRIORITY_MAX,
} from "../../protocol/limits.ts";
import { startServer } from "./http-server.ts";

const ndjson = { "content-type": "application/x-ndjson" };

test("a task is accepted with 202 and the address to read it at", async () => {
	await using server = await startServer();
	const answer = await server.post("/v1/tasks", { id: "a", type: "resize" });
	expect(answer.status).toBe(202);
	expect(answer.headers.get("location")).toBe("/v1/tasks/a");
	expect(answer.json).toEqual({
		id: "a",
		state: "PENDING",
		type: "resize",
		queue: "default",
		labels: [],
		priority: 5,
	});
	expect(server.api.tasks.get("a")).toMatchObject({
		route: "default|resize|",
		payload: "null",
	});
});

test("a task without an id is given one", async () => {
	await using server = await startServer();
	const { json, headers } = await server.post("/v1/tasks", { type: "t" });
	expect(server.api.tasks.has(json.id)).toBe(true);
	expect(headers.get("location")).toBe(`/v1/tasks/${json.id}`);
});

test("every field of a task reaches the node", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", {
		id: "full",
		type: "resize",
		payload: { w: 1, list: [null, "ü"] },
		priority: 255,
		queue: "images",
		labels: ["gpu", "eu", "gpu"],
	});
	expect(server.api.tasks.get("full")).toMatchObject({
		route: "images|resize|eu,gpu",
		payload: '{"w":1,"list":[null,"ü"]}',
		priority: 255,
	});
});

test("sending the same task again answers 200 with the task as it is now", async () => {
	await using server = await startServer();
	const task = { id: "a", type: "t", payload: { x: 1, y: 2 } };
	await server.post("/v1/tasks", task);
	server.api.end("a", '{"done":true}');
	const again = { ...task, payload: { y: 2, x: 1 } };
	const answer = await server.post("/v1/tasks", again);
	expect(answer.status).toBe(200);
	expect(answer.json).toMatchObject({
		state: "SUCCESS",
		result: { done: true },
	});
});

test("another task with the same id is a conflict", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", { id: "a", type: "t", payload: 1 });
	const answer = await server.post("/v1/tasks", { id: "a", type: "t" });
	expect(answer.status).toBe(409);
	expect(answer.json).toMatchObject({ code: "conflict", field: "id" });
});

test("an idempotency key makes a task without an id the same task", async () => {
	await using server = await startServer();
	const key = { "idempotency-key": "order 17" };
	const first = await server.post("/v1/tasks", { type: "t" }, key);
	const again = await server.post("/v1/tasks", { type: "t" }, key);
	const other = await server.post("/v1/tasks", { type: "u" }, key);
	expect(first.status).toBe(202);
	expect(first.json.id).toMatch(/^idem-[0-9a-hjkmnp-tv-z]{26}$/);
	expect([again.status, again.json.id]).toEqual([200, first.json.id]);
	expect(other.status).toBe(422);
	expect(other.json).toMatchObject({
		code: "idempotency_conflict",
		field: "Idempotency-Key",
	});
	expect(server.api.tasks.size).toBe(1);
});

test("with an idempotency key each of many tasks has an id of its own, the same each time", async () => {
	await using server = await startServer();
	const key = { "idempotency-key": "k" };
	const tasks = [{ type: "t" }, { type: "t" }, { type: "t", id: "own" }];
	const first = await server.post("/v1/tasks", tasks, key);
	const again = await server.post("/v1/tasks", tasks, key);
	const statuses = ({ json }: typeof first) =>
		json.tasks.map((task: { status: number }) => task.status);
	expect(statuses(first)).toEqual([202, 202, 202]);
	expect(statuses(again)).toEqual([200, 200, 200]);
	expect(server.api.tasks.size).toBe(3);
});

test.each([
	["", "no key at all"],
	["k".repeat(257), "a key too long"],
])("an idempotency key that is not one is refused: %#", async (key) => {
	await using server = await startServer();
	const headers = { "idempotency-key": key };
	const answer = await server.post("/v1/tasks", { type: "t" }, headers);
	expect(answer.status).toBe(400);
	expect(answer.json.field).toBe("Idempotency-Key");
});

const refused: [what: string, task: unknown, field: string | undefined][] = [
	["no object", 7, undefined],
	["null", null, undefined],
	["no type", {}, "type"],
	["an unknown field", { type: "t", colour: "red" }, "colour"],
	["a field of a later version", { type: "t", runAt: "now" }, "runAt"],
	["a type that is a number", { type: 1 }, "type"],
	["an empty id", { type: "t", id: "" }, "id"],
	["an id with bad characters", { type: "t", id: "a b" }, "id"],
	["an id that ends in a line break", { type: "t", id: "a\n" }, "id"],
	["an id that an address takes for a step", { type: "t", id: ".." }, "id"],
	["an id that begins with a tilde", { type: "t", id: "~a" }, "id"],
	["a type with a tilde", { type: "a~b" }, "type"],
	["a queue with a tilde", { type: "t", queue: "a~b" }, "queue"],
	["a label with a tilde", { type: "t", labels: ["a~b"] }, "labels"],
	["an id too long", { type: "t", id: "x".repeat(129) }, "id"],
	["a priority below", { type: "t", priority: -1 }, "priority"],
	["a priority above", { type: "t", priority: PRIORITY_MAX + 1 }, "priority"],
	["half a priority", { type: "t", priority: 1.5 }, "priority"],
	["a priority as text", { type: "t", priority: "5" }, "priority"],
	["a queue with a separator", { type: "t", queue: "a|b" }, "queue"],
	["labels that are text", { type: "t", labels: "gpu" }, "labels"],
	["a label with a separator", { type: "t", labels: ["a,b"] }, "labels"],
	["too many labels", { type: "t", labels: [..."abcdefghi"] }, "labels"],
];

test.each(refused)("a task is refused for %s", async (_what, task, field) => {
	await using server = await startServer();
	const answer = await server.post("/v1/tasks", JSON.stringify(task));
	expect(answer.status).toBe(400);
	expect(answer.headers.get("content-type")).toMatch(
		/^application\/problem\+json/,
	);
	expect(answer.json).toMatchObject({ code: "invalid", status: 400 });
	expect(answer.json.field).toBe(field);
	expect(answer.json.detail).toMatch(/^[A-Z].*\.$/);
	expect(server.api.tasks.size).toBe(0);
});

test("a payload may be as large as the limit, and no larger", async () => {
	await using server = await startServer();
	// The limit counts bytes of UTF-8, quotes included: "ü" is two.
	const largest = "ü".repeat(PAYLOAD_BYTES_MAX / 2 - 1);
	const taken = await server.post("/v1/tasks", { type: "t", payload: largest });
	const payload = `${largest}x`;
	const large = await server.post("/v1/tasks", { type: "t", payload });
	expect(taken.status).toBe(202);
	expect(large.status).toBe(413);
	expect(large.json).toMatchObject({ code: "too_large", field: "payload" });
	expect(server.api.tasks.size).toBe(1);
});

test("the good tasks of an array are accepted, and each is answered in its place", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", { id: "there", type: "t" });
	const answer = await server.post("/v1/tasks", [
		{ id: "a", type: "t" },
		{ id: "b", type: "t", priority: 999 },
		{ id: "there", type: "t" },
		{ id: "there", type: "other" },
		{ id: "c", type: "t", payload: "x".repeat(PAYLOAD_BYTES_MAX) },
		{ id: "d", type: "t" },
	]);
	expect(answer.status).toBe(202);
	expect(answer.json.tasks).toMatchObject([
		{ id: "a", status: 202, state: "PENDING" },
		{ id: "b", status: 400, problem: { code: "invalid", field: "priority" } },
		{ id: "there", status: 200, state: "PENDING" },
		{ id: "there", status: 409, problem: { code: "conflict" } },
		{ id: "c", status: 413, problem: { code: "too_large", field: "payload" } },
		{ id: "d", status: 202 },
	]);
	expect([...server.api.tasks.keys()]).toEqual(["there", "a", "d"]);
});

test("the answer is no success if nothing of a body was accepted", async () => {
	await using server = await startServer();
	const bad = await server.post("/v1/tasks", [{ type: 1 }, {}]);
	expect([bad.status, bad.json.tasks.length]).toEqual([400, 2]);
	server.api.failure = new StoreError("unreachable", "away");
	const away = await server.post("/v1/tasks", [{ type: "t" }, {}]);
	expect(away.status).toBe(503);
	expect(away.headers.get("retry-after")).toBe("1");
	expect(away.json.tasks[0]).toMatchObject({
		status: 503,
		problem: { code: "store_unavailable" },
	});
});

test("an array or NDJSON of which nothing was accepted is answered as described, whatever the reason", async () => {
	await using server = await startServer();
	const key = { "idempotency-key": "k" };
	await server.post("/v1/tasks", [{ id: "a", type: "t" }, { type: "t" }], key);
	const tries: [tasks: unknown[], headers: object, status: number][] = [
		[[{}, 1], {}, 400],
		[[{ id: "a", type: "other" }], {}, 409],
		[[{ type: "t", payload: "x".repeat(PAYLOAD_BYTES_MAX) }], {}, 413],
		[[{ type: "t", id: "a" }, { type: "other" }], key, 202],
		[[1, { type: "other" }], key, 422],
	];
	for (const [tasks, headers, status] of tries) {
		const array = await server.post("/v1/tasks", tasks, { ...headers });
		expect(array.status).toBe(status);
		expect(array.json.tasks.length).toBe(tasks.length);
		const text = tasks.map((task) => JSON.stringify(task)).join("\n");
		const lines = await server.post("/v1/tasks", text, {
			...headers,
			...ndjson,
		});
		expect(lines.status).toBe(status);
	}
	server.api.failure = new StoreError("full", "full");
	const full = await server.post("/v1/tasks", '{"type":"t"}', ndjson);
	expect(full.status).toBe(503);
});

test.each([
	["/v1/tasks", "[]", "application/json"],
	["/v1/tasks", "", "application/x-ndjson"],
	["/v1/tasks", "\r\n \t\n", "application/x-ndjson"],
	["/add_task", "[]", "application/json"],
])("a body without a task is refused: %s %j", async (path, body, type) => {
	await using server = await startServer();
	const answer = await server.post(path, body, { "content-type": type });
	expect([answer.status, answer.json.code]).toEqual([400, "invalid"]);
});

test("NDJSON is answered line by line, bad lines among good ones", async () => {
	await using server = await startServer();
	const lines = Buffer.concat([
		Buffer.from('{"id":"a","type":"t"}\r\n'),
		Buffer.from("{broken\n"),
		Buffer.from("\n \t\r\n  \n"),
		Buffer.from('{"id":"b","type":"t","priority":-1}\n'),
		Buffer.from([0x22, 0xff, 0x22, 0x0a]),
		Buffer.from('{"id":"c","type":"t"}'),
	]);
	const answer = await server.post("/v1/tasks", lines, ndjson);
	expect(answer.status).toBe(202);
	expect(answer.headers.get("content-type")).toMatch(/^application\/x-ndjson/);
	expect(
		answer.text
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line)),
	).toMatchObject([
		{ id: "a", status: 202 },
		{ status: 400, problem: { code: "invalid_json" } },
		{ id: "b", status: 400, problem: { field: "priority" } },
		{ status: 400, problem: { code: "invalid_json" } },
		{ id: "c", status: 202 },
	]);
	expect([...server.api.tasks.keys()]).toEqual(["a", "c"]);
});

test("tasks keep their order, also if there are many more than one chunk holds", async () => {
	await using server = await startServer();
	const ids = Array.from({ length: 2_000 }, (_, i) => `n-${i}`);
	const lines = ids.map((id) => JSON.stringify({ id, type: "t" })).join("\n");
	const { text } = await server.post("/v1/tasks", lines, ndjson);
	const answered = text.trimEnd().split("\n");
	expect(answered.map((line) => JSON.parse(line).id)).toEqual(ids);
	expect([...server.api.tasks.keys()]).toEqual(ids);
});

test("more items than one request may hold are refused as a whole", async () => {
	await using server = await startServer();
	const array = await server.post("/v1/tasks", `[${"1,".repeat(ITEMS_MAX)}1]`);
	const lines = await server.post(
		"/v1/tasks",
		"1\n".repeat(ITEMS_MAX + 1),
		ndjson,
	);
	for (const answer of [array, lines]) {
		expect([answer.status, answer.json.code]).toEqual([413, "too_large"]);
	}
});
