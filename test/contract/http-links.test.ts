/** Every answer about a task says where the task is, below the proxy's path if there is one. */
import { expect, test } from "vitest";
import { startServer } from "./http-server.ts";

const AT = "/hearsay/v1/tasks/";
const publicUrl = "https://example.com/hearsay";
const task = { id: "a", type: "t" };

test("an answer about one task has its address, even if it refuses to change the task", async () => {
	await using server = await startServer("127.0.0.1", { publicUrl });
	const { post, get, send } = server;
	const at = "/v1/tasks/a";
	const answers = {
		taken: await post("/v1/tasks", task),
		known: await post("/v1/tasks", task),
		conflict: await post("/v1/tasks", { ...task, priority: 1 }),
		read: await get(at),
		celery: await get("/status/a"),
		changed: await send("PATCH", at, {}, { priority: 9 }),
		early: await send("DELETE", at),
		cancelled: await send("POST", `${at}/cancel`),
		late: await send("PATCH", at, {}, { priority: 9 }),
		again: await send("POST", `${at}/retry`),
		twice: await send("POST", `${at}/retry`),
	};
	const statuses = Object.values(answers).map(({ status }) => status);
	expect(statuses).toEqual([
		...[202, 200, 409, 200, 200, 200, 409, 200, 409, 200, 409],
	]);
	for (const [what, { headers }] of Object.entries(answers))
		expect([what, headers.get("location")]).toEqual([what, `${AT}a`]);
	const added = await post("/add_task", { task_id: 7, task_data: "x" });
	expect(added.headers.get("location")).toBe(AT + added.json.id);
	expect((await get("/v1/tasks/b")).headers.get("location")).toBeNull();
});

test("an answer about many says once where each is found", async () => {
	await using server = await startServer("127.0.0.1", { publicUrl });
	const links = { task: `${AT}{id}` };
	const array = await server.post("/v1/tasks", [task]);
	expect(array.json.links).toEqual(links);
	expect((await server.get("/v1/tasks")).json.links).toEqual(links);
	const lines = await server.post("/v1/tasks.ndjson", JSON.stringify(task), {
		"content-type": "application/x-ndjson",
	});
	const added = await server.post("/add_task", [{ task_id: 1 }]);
	const read = ["/status/all", "/v1/queues", "/v1/failures"].map((path) =>
		server.get(path),
	);
	for (const { headers } of [lines, added, ...(await Promise.all(read))])
		expect(headers.get("link-template")).toBe(`"${AT}{id}"; rel="item"`);
});
