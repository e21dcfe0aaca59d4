/** Nodes as read over HTTP: their state, how they died, and what became of their attempts. */
import { expect, test } from "vitest";
import { StoreError } from "../../node/ports.ts";
import { nodeA } from "./http-node-a.ts";
import { startServer } from "./http-server.ts";

test("nodes are read with their process and their address", async () => {
	await using server = await startServer();
	server.api.nodeViews = [nodeA];
	const { json } = await server.get("/v1/nodes");
	const [{ uptimeMs, ...node }] = json.nodes;
	expect(uptimeMs).toBeGreaterThanOrEqual(0);
	expect(node).toEqual({
		id: "node-a",
		name: "ann",
		state: "up",
		pid: 4711,
		host: "h",
		http: "127.0.0.1:5000",
		// A node of an earlier version, which does not say it itself.
		url: "http://127.0.0.1:5000",
		p2p: "",
		version: "1.2.3",
		startedAt: "2026-01-01T00:00:00.000Z",
		slots: 8,
		running: 3,
		labels: ["gpu"],
		queues: ["q"],
		types: ["t"],
		concurrency: { t: 2 },
		epoch: 2,
		leaseLeftMs: 4_000,
		seenBy: ["node-b"],
	});
});

test("a node that is heard from is shown with how busy it is, and how much memory it takes", async () => {
	await using server = await startServer();
	const digest = {
		kind: "digest" as const,
		...{ from: "node-a", epoch: 2, seq: 1 },
		...{ freeSlots: 5, running: 3, load: 0.25, peers: [] },
		...{ storeUp: true, draining: false },
	};
	const told = async (memory: { memoryBytes?: number }) => {
		server.api.nodeViews = [{ ...nodeA, digest: { ...digest, ...memory } }];
		return (await server.get("/v1/nodes")).json.nodes[0];
	};
	const memoryBytes = 104_857_600;
	expect(await told({ memoryBytes })).toMatchObject({
		load: 0.25,
		memoryBytes,
	});
	const ofEarlier = await told({});
	expect(ofEarlier).toMatchObject({ load: 0.25 });
	expect(ofEarlier).not.toHaveProperty("memoryBytes");
});

test("while the store is away nodes are shown as they were last read, and the answer says so", async () => {
	await using server = await startServer();
	server.api.nodeViews = [{ ...nodeA, state: "cut-off" }];
	const here = await server.get("/v1/nodes");
	expect(here.json).toMatchObject({ from: "store" });
	server.api.failure = new StoreError("unreachable", "away");
	const { status, json } = await server.get("/v1/nodes");
	expect(status).toBe(200);
	expect(json).toMatchObject({
		nodes: [{ id: "node-a", state: "cut-off" }],
		from: "gossip",
	});
	const agedMs = Date.parse(here.json.asOf) - Date.parse(json.asOf);
	expect(agedMs).toBeGreaterThan(8_000);
});

test("how a node lost its leases is shown with who took them and who saw what", async () => {
	await using server = await startServer();
	server.api.nodeViews = [nodeA];
	const asOfMs = Date.UTC(2026, 0, 2);
	const [nodeId, other] = ["node-b", "node-c"];
	server.api.nodeDeaths = [
		{
			...{ nodeId, asOfMs },
			deaths: [
				{
					...{ epoch: 7, atMs: asOfMs - 1_000, grounds: "silent", tasks: 3 },
					...{ by: "node-a", leaseLeftMs: 2_000 },
					saw: [
						{
							...{ nodeId: "node-a", connection: "closed", port: "silent" },
							...{ lastRenewalMs: asOfMs - 4_000, verdict: "silent" },
						},
						{ nodeId: other, verdict: "suspect" },
					],
				},
			],
		},
	];
	const { json } = await server.get("/v1/nodes/node-b/deaths");
	expect(json).toEqual({
		id: "node-b",
		deaths: [
			{
				...{ at: "2026-01-01T23:59:59.000Z", epoch: 7, grounds: "silent" },
				why: expect.stringContaining("silent"),
				...{ revokedBy: "node-a", revokedByName: "ann", leaseLeftMs: 2_000 },
				...{ lastRenewalAt: "2026-01-01T23:59:56.000Z", tasks: 3 },
				observers: [
					{
						...{ node: "node-a", nodeName: "ann", connection: "closed" },
						...{ port: "silent", verdict: "silent" },
						lastRenewalAt: "2026-01-01T23:59:56.000Z",
					},
					{ node: "node-c", verdict: "suspect" },
				],
			},
		],
		asOf: "2026-01-02T00:00:00.000Z",
	});
	const unknown = await server.get("/v1/nodes/nobody/deaths");
	expect([unknown.status, unknown.json.code]).toEqual([404, "not_found"]);
});

test("a lost attempt is shown with when it began, why it was lost, and who took its lease", async () => {
	await using server = await startServer();
	server.api.nodeViews = [nodeA];
	await server.post("/v1/tasks", { id: "moved", type: "t" });
	const task = server.api.tasks.get("moved");
	if (task === undefined) throw new Error("it was submitted");
	const attempt = {
		...{ token: 1, round: 1, nodeId: "node-b", epoch: 1 },
		...{ claimedMs: 1_000, endedMs: 9_000 },
	};
	server.api.tasks.set("moved", {
		...task,
		attempts: [
			{
				...{ ...attempt, startedMs: 2_000, end: "revoked" },
				...{ why: "now", by: "node-a" },
			},
			{ ...attempt, end: "handed-back", why: "stopping" },
			{ ...attempt, end: "crashed", why: "now" },
		],
	});
	const { json } = await server.get("/v1/tasks/moved");
	expect(json.attempts).toMatchObject([
		{
			startedAt: "1970-01-01T00:00:02.000Z",
			why: expect.stringContaining("its address refused"),
			...{ by: "node-a", byName: "ann" },
		},
		{ why: expect.stringContaining("stopping") },
		{ why: "now" },
	]);
	expect(json.attempts[1]).not.toHaveProperty("startedAt");
	expect(json.attempts[1]).not.toHaveProperty("by");
});
