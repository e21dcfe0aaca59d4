/** `PATCH /v1/tasks/:id`: how a task that waits may be changed, and what is refused. */
import { expect, test } from "vitest";
import { startServer } from "./http-server.ts";

const ADDRESS = "/v1/tasks/a";
const TASK = { id: "a", type: "t", delay: "1h", expiresIn: "5m" };

async function withTask() {
	const server = await startServer();
	await server.post("/v1/tasks", TASK);
	return {
		server,
		patch: (body: unknown) => server.send("PATCH", ADDRESS, {}, body),
		[Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
	};
}

test("the answer shows the changed task, and the task as it was submitted is still the same task", async () => {
	await using bench = await withTask();
	const runAt = new Date(Date.now() + 60_000).toISOString();
	const { status, json } = await bench.patch({ priority: 9, runAt });
	expect(status).toBe(200);
	expect(json).toMatchObject({ id: "a", priority: 9, runAt, expiresIn: "5m" });
	expect(json).not.toHaveProperty("delay");
	expect(json).not.toHaveProperty("was");
	// After another change the first submission is still the same task.
	await bench.patch({
		...{ delay: 7, expiresAt: "2027-11-01T00:00:00Z", tags: ["late"] },
	});
	const { server } = bench;
	const read = (await server.get(ADDRESS)).json;
	expect(read).toMatchObject({ priority: 9, delay: 7, tags: ["late"] });
	expect(read).not.toHaveProperty("runAt");
	expect(read).not.toHaveProperty("expiresIn");
	expect((await server.post("/v1/tasks", TASK)).status).toBe(200);
	const other = await server.post("/v1/tasks", { ...TASK, priority: 9 });
	expect(other.status).toBe(409);
});

test("tags are replaced as a whole, and the task is found by the new ones", async () => {
	await using bench = await withTask();
	const { server } = bench;
	const idsBy = async (tag: string) => {
		const { json } = await server.get(`/v1/tasks?tag=${tag}`);
		return json.tasks.map(({ id }: { id: string }) => id);
	};
	await bench.patch({ tags: ["y", "x", "y"] });
	expect((await server.get(ADDRESS)).json.tags).toEqual(["x", "y"]);
	expect(await idsBy("x")).toEqual(["a"]);
	await bench.patch({ tags: ["z"] });
	expect([await idsBy("x"), await idsBy("z")]).toEqual([[], ["a"]]);
	expect((await bench.patch({ tags: [] })).json).not.toHaveProperty("tags");
	expect(await idsBy("z")).toEqual([]);
	expect((await server.post("/v1/tasks", TASK)).status).toBe(200);
});

test("a task that no longer waits is not changed", async () => {
	await using bench = await withTask();
	bench.server.api.end("a", "1");
	const { status, json } = await bench.patch({ priority: 1 });
	expect([status, json.code]).toEqual([409, "not_waiting"]);
	expect(json.detail).toMatch(/^The task is SUCCESS/);
	const none = await bench.server.send(
		"PATCH",
		"/v1/tasks/b",
		{},
		{
			priority: 1,
		},
	);
	expect([none.status, none.json.code]).toEqual([404, "not_found"]);
});

test.each<[string | undefined, unknown]>([
	[undefined, {}],
	[undefined, []],
	["priority", { priority: 256 }],
	["runAt", { delay: 1, runAt: "2027-01-01T00:00:00Z" }],
	["delay", { delay: "400d" }],
	["expiresAt", { expiresAt: "2020-01-01T00:00:00Z" }],
	["runAt", { runAt: "2027-02-30T00:00:00Z" }],
	["runAt", { runAt: "tomorrow" }],
	["delay", { delay: "soon" }],
	["expiresAt", { expiresAt: "later" }],
	["tags", { tags: Array.from({ length: 17 }, (_, i) => `t${i}`) }],
	["queue", { queue: "other" }],
	["expiresIn", { expiresIn: 5 }],
])("a wrong change is refused by its field: %s", async (field, body) => {
	await using bench = await withTask();
	const { status, json } = await bench.patch(body);
	expect([status, json.code, json.field]).toEqual([400, "invalid", field]);
	// What a change leaves out stays as it was, and is not as in a new task.
	expect(json.detail).not.toMatch(/(5|now|never) when absent/);
	expect(bench.server.api.tasks.get("a")).toMatchObject({ priority: 5 });
});

test("a change of the expiry alone may be as late as the due time allows, and no later than in a submission", async () => {
	await using bench = await withTask();
	const { server } = bench;
	const inDays = (days: number) => ({
		expiresAt: new Date(Date.now() + days * 86_400_000).toISOString(),
	});
	const late = { id: "late", type: "t", delay: "200d" };
	const taken = await server.post("/v1/tasks", { ...late, ...inDays(400) });
	expect(taken.status).toBe(202);
	const patch = (body: unknown) =>
		server.send("PATCH", "/v1/tasks/late", {}, body);
	expect((await patch(inDays(401))).status).toBe(200);
	expect((await patch({ delay: "300d", ...inDays(660) })).status).toBe(200);
	for (const body of [inDays(733), { delay: "1d", ...inDays(400) }]) {
		const { status, json } = await patch(body);
		expect([status, json.code, json.field]).toEqual([
			...[400, "invalid", "expiresAt"],
		]);
	}
});
