/**
 * `POST /v1/tasks`: what an answer says of a task that was taken, alike for one, an array and NDJSON.
 */
import { expect, test } from "vitest";
import { type Server, startServer } from "./http-server.ts";

const ndjson = { "content-type": "application/x-ndjson" };

/** The answers to three ways of sending one task of this id: alone, in an array, as a line. */
async function sendInAllWays(server: Server, id: string): Promise<object[]> {
	const one = { id: `${id}-1`, type: "t" };
	const [alone, array, line] = [
		await server.post("/v1/tasks", one),
		await server.post("/v1/tasks", [{ ...one, id: `${id}-2` }]),
		await server.post("/v1/tasks", `{"id":"${id}-3","type":"t"}`, ndjson),
	];
	return [alone.json, array.json.tasks[0], JSON.parse(line.text)];
}

test("an answer tells of a task that started at once, with its attempt", async () => {
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

test("an answer tells of a task that no live node can run", async () => {
	await using server = await startServer();
	server.api.served = false;
	for (const answer of await sendInAllWays(server, "a"))
		expect(answer).toMatchObject({ state: "PENDING", unserved: true });
	server.api.served = true;
	for (const answer of await sendInAllWays(server, "b"))
		expect(answer).not.toHaveProperty("unserved");
});
