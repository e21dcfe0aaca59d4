/** Submitting over HTTP with options: what is taken, and what is refused by which field. */
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
])(
	"options that cannot be are refused by their field: %s of %j",
	async (field, times) => {
		await using server = await startServer();
		const answer = await server.post("/v1/tasks", { type: "t", ...times });
		expect([answer.status, answer.json.field]).toEqual([400, field]);
		expect(answer.json.detail).toMatch(/^[A-Z].*[.]$/);
		expect(server.api.tasks.size).toBe(0);
	},
);
