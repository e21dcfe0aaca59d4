/** Many tasks in one request, and the answer to each. */
import { expect, test } from "vitest";
import { StoreError } from "../../node/ports.ts";
import { ITEMS_CHUNK, ITEMS_CHUNKS_MAX } from "../../protocol/limits.ts";
import { startServer } from "./http-server.ts";

const ndjson = { "content-type": "application/x-ndjson" };

test("whatever becomes of a task, the answer names its id, under which it can be sent again", async () => {
	await using server = await startServer();
	server.api.failure = new StoreError("unknown", "no answer");
	const one = await server.post("/v1/tasks", { type: "t" });
	expect(one.status).toBe(503);
	expect(one.json).toMatchObject({ code: "outcome_unknown" });
	const tasks = [{ type: "t" }, { type: "t", id: "own" }, { id: "bad" }, {}];
	const many = await server.post("/v1/tasks", tasks);
	const ids = [one.json, ...many.json.tasks].map(({ id }) => id);
	const given = expect.stringMatching(/^generated/);
	expect(ids).toEqual([given, given, "own", "bad", undefined]);
	const keyed = await server.post("/v1/tasks", [{ type: "t" }], {
		"idempotency-key": "k",
	});
	expect(keyed.json.tasks[0].id).toMatch(/^idem-/);
	// Sent again under it, it is the same task.
	server.api.failure = undefined;
	const again = { type: "t", id: ids[0] };
	expect((await server.post("/v1/tasks", again)).status).toBe(202);
	expect((await server.post("/v1/tasks", again)).status).toBe(200);
});

test("the chunks of a body wait for one another, so that tasks of others are not behind all of them", async () => {
	await using server = await startServer();
	const held = Promise.withResolvers<void>();
	const full = Promise.withResolvers<void>();
	let submissions = 0;
	server.api.held = held.promise;
	server.api.onSubmit = () => {
		submissions += 1;
		if (submissions === ITEMS_CHUNKS_MAX) full.resolve();
	};
	const count = (ITEMS_CHUNKS_MAX + 3) * ITEMS_CHUNK;
	const many = server.post("/v1/tasks", '{"type":"t"}\n'.repeat(count), ndjson);
	await full.promise;
	expect((await server.get("/healthz")).status).toBe(200);
	expect(submissions).toBe(ITEMS_CHUNKS_MAX);
	held.resolve();
	const answer = await many;
	expect(answer.status).toBe(202);
	expect(server.api.tasks.size).toBe(count);
});

test("tasks that the store was too slow for are submitted again, if they came with many others", async () => {
	await using server = await startServer();
	const count = ITEMS_CHUNK + 1;
	server.api.failures.push(
		new StoreError("unknown", "no answer"),
		new StoreError("behind", "too much"),
	);
	const many = '{"type":"t"}\n'.repeat(count);
	const answer = await server.post("/v1/tasks", many, ndjson);
	const items = answer.text.trimEnd().split("\n");
	expect(items.filter((item) => item.includes('"status":202'))).toHaveLength(
		count,
	);
	// One that came alone is answered at once.
	server.api.failures.push(new StoreError("unknown", "no answer"));
	expect((await server.post("/v1/tasks", [{ type: "t" }])).status).toBe(503);
});

test("a task that might then run twice is submitted again only if it was not sent", async () => {
	await using server = await startServer();
	server.api.failures.push(
		new StoreError("unknown", "no answer"),
		new StoreError("behind", "too much"),
	);
	let submissions = 0;
	server.api.onSubmit = () => submissions++;
	const count = 2 * ITEMS_CHUNK;
	const many = Array.from({ length: count }, (_, task_id) => ({ task_id }));
	const { json } = await server.post("/add_task", many);
	const lost = json.filter(
		({ problem }: { problem?: object }) => problem !== undefined,
	);
	expect(lost).toEqual(
		many.slice(0, ITEMS_CHUNK).map(({ task_id }) => ({
			...{ task_id, status: "REJECTED" },
			problem: expect.objectContaining({ code: "outcome_unknown" }),
		})),
	);
	expect(submissions).toBe(3);
	expect(server.api.tasks.size).toBe(ITEMS_CHUNK);
});
