/** `POST /v1/tasks/cancel`, `/retry`, `/delete`: what is done to many, and what is refused. */
import { expect, test } from "vitest";
import { startServer } from "./http-server.ts";

test("a filter reaches the node as it was meant, with what is to be done", async () => {
	await using server = await startServer();
	const cancel = await server.post("/v1/tasks/cancel", {
		...{ filter: { state: "pending", tag: "x", attemptMin: 2 } },
		...{ reason: "no need", force: true, limit: 9 },
	});
	expect([cancel.status, cancel.json]).toEqual([
		...[200, { matched: 0, changed: 0, skipped: 0 }],
	]);
	const filter = { tag: ["b", "a"], since: "2026-11-29T00:00:00Z" };
	const retry = { filter, spread: "10m", dryRun: true, cursor: "c" };
	expect((await server.post("/v1/tasks/retry", retry)).status).toBe(200);
	expect((await server.post("/v1/tasks/delete", { all: true })).status).toBe(
		200,
	);
	const plain = { limit: undefined, cursor: undefined, reason: "" };
	expect(server.api.bulks).toEqual([
		{
			...{ action: "cancel", isDry: false, cursor: undefined, limit: 9 },
			...{ reason: "no need", force: true, spreadMs: 0 },
			query: { state: "PENDING", tags: ["x"], attemptMin: 2 },
		},
		{
			...{ ...plain, action: "retry", isDry: true, cursor: "c", force: false },
			query: { tags: ["a", "b"], sinceMs: Date.UTC(2026, 10, 29) },
			spreadMs: 600_000,
		},
		{
			...{ ...plain, action: "delete", isDry: false, force: false },
			...{ query: {}, spreadMs: 0 },
		},
	]);
});

test.each<[string, unknown, string | undefined]>([
	["cancel", {}, "all"],
	["cancel", { filter: {} }, "all"],
	["cancel", { filter: { tag: [] }, all: false }, "all"],
	["cancel", { filter: { moved: false } }, "all"],
	["cancel", { filter: [] }, "filter"],
	["cancel", { filter: { colour: "red" } }, "filter.colour"],
	["cancel", { filter: { state: "SUCCESS" } }, "filter.state"],
	["retry", { filter: { state: "success" } }, "filter.state"],
	["delete", { filter: { state: "PENDING" } }, "filter.state"],
	["delete", { filter: { state: "gone" } }, "filter.state"],
	["delete", { filter: { attemptMin: "2" } }, "filter.attemptMin"],
	["delete", { filter: { since: "yesterday" } }, "filter.since"],
	["delete", { all: true, spread: "1m" }, "spread"],
	["delete", { all: true, reason: "x" }, "reason"],
	["cancel", { all: true, reason: "x".repeat(501) }, "reason"],
	["cancel", { all: true, limit: 0 }, "limit"],
	["cancel", { all: "yes" }, "all"],
	["cancel", { all: true, dryRun: 1 }, "dryRun"],
	["cancel", { filters: {} }, "filters"],
	["cancel", { all: true, cursor: "foreign" }, "cursor"],
	["retry", { all: true, spread: "soon" }, "spread"],
	["retry", { all: true, spread: "367d" }, "spread"],
	["retry", [], undefined],
])(
	"a wrong field is named, and nothing is done: %s %j",
	async (action, body, field) => {
		await using server = await startServer();
		await server.post("/v1/tasks", { id: "a", type: "t" });
		const { status, json } = await server.post(`/v1/tasks/${action}`, body);
		expect([status, json.code, json.field]).toEqual([400, "invalid", field]);
		const asked = field === "cursor" ? 1 : 0;
		expect(server.api.bulks).toHaveLength(asked);
	},
);
