/** Submitting over HTTP with options: what is accepted, and which field a refusal names. */
import { expect, test } from "vitest";
import { startServer } from "./http-server.ts";

test("a task that is due later is accepted as SCHEDULED, and read with its times", async () => {
	await using server = await startServer();
	const times = { delay: "1h", expiresIn: 60_000 };
	const answer = await server.post("/v1/tasks", {
		...{ id: "a", type: "t", ...times },
	});
	expect(answer.json).toMatchObject({ state: "SCHEDULED", ...times });
	const { json } = await server.get("/v1/tasks/a");
	const createdMs = Date.parse(json.createdAt);
	expect(json).toMatchObject({
		...{ state: "SCHEDULED", ...times },
		dueAt: new Date(createdMs + 3_600_000).toISOString(),
		expiresAt: new Date(createdMs + 3_660_000).toISOString(),
	});
	const [many] = (await server.post("/v1/tasks", [{ type: "t", delay: 9e6 }]))
		.json.tasks;
	expect(many).toMatchObject({ status: 202, state: "SCHEDULED" });
});

const PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const OWN = "00-5bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

test("a task belongs to the trace that it names, or else to that of its request, also as one of many", async () => {
	await using server = await startServer();
	const traced = { traceparent: PARENT, tracestate: "vendor=1" };
	const send = (value: unknown, headers: Record<string, string>) =>
		server.post("/v1/tasks", value, headers);
	const one = await send({ id: "a", type: "t" }, traced);
	expect([one.status, one.json]).toMatchObject([202, traced]);
	const own = await send({ id: "b", type: "t", traceparent: OWN }, traced);
	expect(own.json.traceparent).toBe(OWN);
	expect(own.json).not.toHaveProperty("tracestate");
	await send([{ id: "c", type: "t" }], traced);
	expect((await server.get("/v1/tasks/c")).json).toMatchObject(traced);
	// In another trace it is the same task. A malformed trace is none.
	const again = await send({ id: "a", type: "t" }, { traceparent: OWN });
	expect([again.status, again.json.traceparent]).toEqual([200, PARENT]);
	const broken = await send(
		{ id: "d", type: "t" },
		{ traceparent: "no", tracestate: "x=1" },
	);
	expect(broken.status).toBe(202);
	expect(broken.json).not.toHaveProperty("traceparent");
	expect(broken.json).not.toHaveProperty("tracestate");
});

const inDays = (days: number) =>
	new Date(Date.now() + days * 86_400_000).toISOString();

test.each<[string, Record<string, unknown>]>([
	["delay", { delay: -1 }],
	["delay", { delay: "soon" }],
	["delay", { delay: 1.5 }],
	["delay", { delay: "400d" }],
	["runAt", { runAt: "tomorrow" }],
	["runAt", { runAt: "2026-02-30T25:00:00Z" }],
	["runAt", { runAt: "2026-02-30T09:00:00Z" }],
	["runAt", { runAt: "2026-11-30T09:00:00" }],
	["runAt", { runAt: inDays(400) }],
	["runAt", { delay: "1h", runAt: inDays(1) }],
	["expiresAt", { expiresAt: inDays(1), expiresIn: "1h" }],
	["expiresAt", { expiresAt: inDays(-1) }],
	["expiresAt", { delay: "2d", expiresAt: inDays(1) }],
	["expiresAt", { expiresAt: inDays(400) }],
	["expiresIn", { expiresIn: 0 }],
	["expiresIn", { expiresIn: "400d" }],
	["retries", { retries: 101 }],
	["retries", { retries: -1 }],
	["backoff", { backoff: { delay: "1m", max: "1s" } }],
	["backoff", { backoff: { delay: "25h", max: "26h" } }],
	["backoff", { backoff: { jitter: 2 } }],
	["backoff", { backoff: { kind: "fixed" } }],
	["backoff", { backoff: "5s" }],
	["onLeaseLost", { onLeaseLost: "go on" }],
	["traceparent", { traceparent: "00-0-0-01" }],
	["traceparent", { traceparent: PARENT.replace(/[1-9a-f]/g, "0") }],
	["tracestate", { traceparent: PARENT, tracestate: "x".repeat(513) }],
])("a refused option is named: %s of %j", async (field, times) => {
	await using server = await startServer();
	const answer = await server.post("/v1/tasks", { type: "t", ...times });
	expect([answer.status, answer.json.field]).toEqual([400, field]);
	expect(answer.json.detail).toMatch(/^[A-Z].*[.]$/);
	expect(server.api.tasks.size).toBe(0);
});

/** What was accepted while there was time. */
const IN_TIME: readonly [string, Record<string, unknown>][] = [
	["its expiry has passed", { expiresAt: inDays(-1) }],
	["it would be due too late now", { delay: "2d", expiresAt: inDays(1) }],
];
const TASK = { id: "a", route: "default|t|", priority: 5, payload: "null" };

test.each(IN_TIME)(
	"a task that is sent again is the task that is there, although %s",
	async (_, times) => {
		await using server = await startServer();
		await server.api.submit([{ ...TASK, options: times }]);
		const again = { id: "a", type: "t", ...times };
		const one = await server.post("/v1/tasks", again);
		expect([one.status, one.json.id]).toEqual([200, "a"]);
		const other = await server.post("/v1/tasks", { ...again, payload: 1 });
		expect([other.status, other.json.code]).toEqual([409, "conflict"]);
		const many = await server.post("/v1/tasks", [
			again,
			{ ...again, id: "b" },
			{ id: "c", type: "t" },
		]);
		expect(many.json.tasks).toMatchObject([
			{ id: "a", status: 200 },
			{ id: "b", status: 400, problem: { field: "expiresAt" } },
			{ id: "c", status: 202 },
		]);
	},
);

test("no task that is sent again late is read whole, however many there are", async () => {
	await using server = await startServer();
	const options = { expiresAt: inDays(-1) };
	await server.api.submit([{ ...TASK, options }]);
	let reads = 0;
	const { get } = server.api;
	server.api.get = async (id, place) => {
		reads += 1;
		return await get.call(server.api, id, place);
	};
	const line = { id: "a", type: "t", ...options };
	const { json } = await server.post("/v1/tasks", Array(2_000).fill(line));
	expect(json.tasks).toHaveLength(2_000);
	expect(
		new Set(json.tasks.map(({ status }: { status: number }) => status)),
	).toEqual(new Set([200]));
	expect(reads).toBe(0);
	expect((await server.post("/v1/tasks", line)).status).toBe(200);
	expect(reads).toBe(1);
});

test("a task that is deleted while it is sent again is new", async () => {
	await using server = await startServer();
	const sent = { id: "a", type: "t" };
	await server.post("/v1/tasks", sent);
	const { get } = server.api;
	server.api.get = async (id, place) => {
		server.api.tasks.delete(id);
		return await get.call(server.api, id, place);
	};
	expect((await server.post("/v1/tasks", sent)).status).toBe(202);
	expect(server.api.tasks.has("a")).toBe(true);
});
