/** `GET /v1/queues`: what waits, worst first, page by page, and who could run it. */
import { expect, test } from "vitest";
import type { NodeView, QueueDepth } from "../../node/ports.ts";
import { QUEUE_NODES_TOLD_MAX, QUEUES_FEW } from "../../protocol/limits.ts";
import { startServer } from "./http-server.ts";

const AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

const depth = (route: string, afterMs: number, count = 1): QueueDepth => ({
	...{ route, count, oldestId: `first-of-${route.split("|")[0]}` },
	...{ oldestMs: AT_MS + afterMs, started: 0, scheduled: 0 },
});

/** A node of this name; nothing else about it matters here. */
const node = (name: string) =>
	({ record: { nodeId: `id-of-${name}`, name } }) as NodeView;

test("a queue tells how much waits, since when, and who can run it", async () => {
	await using server = await startServer();
	server.overview.depths = [depth("images|resize|eu,gpu", 0, 12)];
	server.api.nodeViews = [node("node-2"), node("node-1")];
	const { status, json } = await server.get("/v1/queues");
	expect([status, json]).toEqual([
		200,
		{
			queues: [
				{
					...{ queue: "images", type: "resize", labels: ["eu", "gpu"] },
					counts: { PENDING: 12, STARTED: 0, SCHEDULED: 0 },
					oldest: {
						id: "first-of-images",
						since: "2026-01-02T03:04:05.678Z",
						waitMs: 60_000,
					},
					servedBy: { nodes: 2, names: ["node-1", "node-2"] },
				},
			],
			asOf: "2026-01-02T03:05:05.678Z",
		},
	]);
	server.api.atOnce = 4;
	expect((await server.get("/v1/queues")).json.queues[0].servedBy).toEqual({
		...{ nodes: 2, names: ["node-1", "node-2"], concurrency: 4 },
	});
	server.api.atOnce = undefined;
	server.api.lacks = 'the label "gpu"';
	expect((await server.get("/v1/queues")).json.queues[0]).toMatchObject({
		...{ unserved: true, missing: 'the label "gpu"' },
		servedBy: { nodes: 0, names: [] },
	});
});

test("some of many nodes that serve a queue are named, and all are counted", async () => {
	await using server = await startServer();
	server.overview.depths = [depth("a|t|", 0)];
	const nodes = Array.from({ length: 12 }, (_, i) => node(`node-${i + 10}`));
	server.api.nodeViews = nodes;
	const [{ servedBy }] = (await server.get("/v1/queues")).json.queues;
	expect(servedBy.nodes).toBe(12);
	expect(servedBy.names).toHaveLength(QUEUE_NODES_TOLD_MAX);
});

test("tasks that run or are not due yet count, in shards where others wait and elsewhere", async () => {
	await using server = await startServer();
	server.overview.depths = [{ ...depth("a|t|", 0, 2), started: 3 }];
	server.overview.busyRoutes = [
		{ route: "c|t|", started: 0, scheduled: 7 },
		{ route: "a|t|", started: 1, scheduled: 2 },
		{ route: "b|t|x", started: 5, scheduled: 0 },
	];
	server.api.lacksOf = (route) => (route.endsWith("x") ? "it" : undefined);
	const rows: { queue: string; counts: object; oldest?: object }[] = [];
	let cursor = "";
	do {
		const more = cursor && `&cursor=${encodeURIComponent(cursor)}`;
		const { json } = await server.get(`/v1/queues?limit=1${more}`);
		rows.push(...json.queues);
		cursor = json.cursor;
	} while (cursor !== undefined);
	expect(rows.map(({ queue, counts }) => [queue, counts])).toEqual([
		["a", { PENDING: 2, STARTED: 4, SCHEDULED: 2 }],
		["b", { PENDING: 0, STARTED: 5, SCHEDULED: 0 }],
		["c", { PENDING: 0, STARTED: 0, SCHEDULED: 7 }],
	]);
	expect(rows.map(({ oldest }) => oldest !== undefined)).toEqual([
		...[true, false, false],
	]);
});

test("no wait is negative, although places may be ahead of the clock", async () => {
	await using server = await startServer();
	server.overview.depths = [depth("a|t|", 90_000)];
	const { queues, asOf } = (await server.get("/v1/queues")).json;
	expect(queues[0].oldest).toMatchObject({ since: asOf, waitMs: 0 });
});

test("the worst come first: unserved queues, then the longest wait; and page by page each comes once", async () => {
	await using server = await startServer();
	const routes = ["c|t|", "a|t|", "e|t|x", "b|t|x", "d|t|"];
	server.overview.depths = routes.map((route, i) =>
		// The oldest tasks of some are equally old.
		depth(route, i < 2 ? 500 : 400 - 100 * i),
	);
	server.api.lacksOf = (route) => (route.endsWith("x") ? "it" : undefined);
	const seen: string[] = [];
	let cursor = "";
	do {
		const more = cursor && `&cursor=${encodeURIComponent(cursor)}`;
		const { json } = await server.get(`/v1/queues?limit=2${more}`);
		seen.push(...json.queues.map(({ queue }: { queue: string }) => queue));
		cursor = json.cursor;
	} while (cursor !== undefined);
	expect(seen).toEqual(["b", "e", "d", "a", "c"]);
});

test("a queue that is gone when the next page is asked for is passed over", async () => {
	await using server = await startServer();
	server.overview.depths = [depth("a|t|", 1), depth("b|t|", 2)];
	const { cursor } = (await server.get("/v1/queues?limit=1")).json;
	// As read by another node, which did not serve the first page.
	await using other = await startServer();
	other.overview.depths = [depth("b|t|", 2), depth("c|t|", 3)];
	const { json } = await other.get(`/v1/queues?limit=1&cursor=${cursor}`);
	expect(json.queues).toMatchObject([{ queue: "b" }]);
	expect(
		(await other.get("/v1/queues?cursor=1.9999999999999.x~t~")).json,
	).toEqual({
		...{ queues: [], asOf: json.asOf },
	});
});

test("few queues are shown as they are now, many as they were a moment ago", async () => {
	await using server = await startServer();
	server.overview.depths = [depth("a|t|", 1)];
	for (const reads of [1, 2]) {
		await server.get("/v1/queues");
		expect(server.overview.reads).toBe(reads);
	}
	server.overview.depths = Array.from({ length: QUEUES_FEW + 1 }, (_, i) =>
		depth(`q${i}|t|`, i),
	);
	for (let i = 0; i < 3; i++) await server.get("/v1/queues");
	expect(server.overview.reads).toBe(3);
});

test.each([
	["/v1/queues?limit=0", "limit"],
	["/v1/queues?limit=501", "limit"],
	["/v1/queues?cursor=nonsense", "cursor"],
	["/v1/queues?cursor=2.1.a", "cursor"],
	// This one belongs to the list of tasks.
	["/v1/queues?cursor=1700000000000.0", "cursor"],
	["/v1/queues?state=PENDING", "state"],
])("a wrong parameter is named: %s", async (path, field) => {
	await using server = await startServer();
	const answer = await server.get(path);
	expect(answer.status).toBe(400);
	expect(answer.json).toMatchObject({ code: "invalid", field });
});
