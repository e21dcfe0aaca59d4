/** `GET /v1/failures`: why tasks failed, most frequent first. */
import { expect, test } from "vitest";
import type { FailureGroup } from "../../node/ports.ts";
import { startServer } from "./http-server.ts";

const AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const DAY_MS = 24 * 60 * 60 * 1_000;

const group = (
	firstLine: string,
	count: number,
	afterMs: number,
): FailureGroup => ({
	...{ type: "resize", code: "failed", firstLine, count },
	...{ newestId: `newest-${firstLine}`, newestMs: AT_MS + afterMs },
});

test("the types with the most failures come first, and among equals the one that failed last", async () => {
	await using server = await startServer();
	server.overview.groups = [
		group("a", 1, 5),
		group("b", 7, 1),
		group("c", 1, 9),
	];
	const { status, json } = await server.get("/v1/failures");
	expect(status).toBe(200);
	expect(json).toMatchObject({
		failures: [{ firstLine: "b" }, { firstLine: "c" }, { firstLine: "a" }],
		since: "2026-01-01T03:05:05.678Z",
		asOf: "2026-01-02T03:05:05.678Z",
	});
	expect(json.failures[0]).toEqual({
		...{ type: "resize", code: "failed", firstLine: "b", count: 7 },
		newest: { id: "newest-b", finishedAt: "2026-01-02T03:04:05.679Z" },
	});
	expect(json).not.toHaveProperty("more");
	expect(json).not.toHaveProperty("searchedBackTo");
	const few = (await server.get("/v1/failures?limit=2")).json;
	expect([few.failures.length, few.more]).toEqual([2, 1]);
});

test("an answer that does not reach back so far says how far it does", async () => {
	await using server = await startServer();
	server.overview.searchedBackToMs = AT_MS;
	expect((await server.get("/v1/failures")).json).toMatchObject({
		...{ failures: [], searchedBackTo: "2026-01-02T03:04:05.678Z" },
	});
});

test.each([
	["", { agoMs: DAY_MS }],
	["?since=90m", { agoMs: 90 * 60_000 }],
	["?since=999999999999d", { agoMs: 366 * DAY_MS }],
	["?since=2026-01-02T04:04:05%2B01:00", { atMs: AT_MS - 678 }],
	["?since=1960-01-01T00:00:00Z", { atMs: 0 }],
])("a request says since when: %s", async (query, since) => {
	await using server = await startServer();
	expect((await server.get(`/v1/failures${query}`)).status).toBe(200);
	expect(server.overview.asked).toEqual([since]);
});

test.each([
	["since=yesterday", "since"],
	["since=-1h", "since"],
	["since=2026-02-30T03:04:05Z", "since"],
	["since=2026-01-02T03:04:05", "since"],
	["since=2026-13-02T03:04:05Z", "since"],
	["limit=0", "limit"],
	["cursor=1", "cursor"],
])("a wrong parameter is named: %s", async (query, field) => {
	await using server = await startServer();
	const answer = await server.get(`/v1/failures?${query}`);
	expect(answer.status).toBe(400);
	expect(answer.json).toMatchObject({ code: "invalid", field });
});
