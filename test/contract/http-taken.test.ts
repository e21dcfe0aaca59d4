/**
 * `POST /v1/tasks`: what an answer says of an accepted task, alike for one, an array and NDJSON.
 */
import { expect, test } from "vitest";
import { type Server, startServer } from "./http-server.ts";

const ndjson = { "content-type": "application/x-ndjson" };

/** The answers to three ways of sending a task with this id: alone, in an array, as a line. */
async function sendInAllWays(
	server: Server,
	id: string,
	options: object = {},
): Promise<object[]> {
	const one = { id: `${id}-1`, type: "t", ...options };
	const [alone, array, line] = [
		await server.post("/v1/tasks", one),
		await server.post("/v1/tasks", [{ ...one, id: `${id}-2` }]),
		await server.post(
			"/v1/tasks",
			JSON.stringify({ ...one, id: `${id}-3` }),
			ndjson,
		),
	];
	return [alone.json, array.json.tasks[0], JSON.parse(line.text)];
}

test("an answer shows a task that started at once, with its attempt", async () => {
	await using server = await startServer();
	server.api.starts = true;
	const run = { state: "STARTED", attempt: 1, node: "node-a", token: 7 };
	for (const answer of await sendInAllWays(server, "new")) {
		expect(answer).toMatchObject(run);
		expect(answer).not.toHaveProperty("unserved");
	}
	const celery = await server.post("/add_task", { task_id: 1, task_data: "x" });
	expect(celery.json.status).toBe("STARTED");
	for (const answer of await sendInAllWays(server, "new"))
		expect(answer).toMatchObject(run);
});

test("an answer says if no live node can run the task, even if it is not due yet", async () => {
	await using server = await startServer();
	server.api.lacks = 'the type "t"';
	for (const answer of await sendInAllWays(server, "a"))
		expect(answer).toMatchObject({ state: "PENDING", unserved: true });
	for (const answer of await sendInAllWays(server, "later", { delay: "1h" }))
		expect(answer).toMatchObject({ state: "SCHEDULED", unserved: true });
	server.api.lacks = undefined;
	for (const answer of await sendInAllWays(server, "b"))
		expect(answer).not.toHaveProperty("unserved");
});

test("many tasks cost one question for each of their routes", async () => {
	await using server = await startServer();
	const tasks = Array.from({ length: 600 }, (_, i) => ({ type: `t${i % 3}` }));
	const { json } = await server.post("/v1/tasks", tasks);
	expect(json.tasks).toHaveLength(600);
	expect(server.api.asked).toEqual([
		...["default|t0|", "default|t1|", "default|t2|"],
	]);
});
