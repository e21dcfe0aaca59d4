/** Nodes on cloud machines: what they know of these, and how they leave when one is taken away. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { CLOUD_MARGIN_MS } from "../../protocol/limits.ts";
import { Cluster, until } from "../cluster.ts";
import { FakeMetadata } from "../fakes/instance-metadata.ts";
import { startRedis } from "../redis.ts";
import { SteadyLoad } from "./steady-load.ts";
import { endsOf } from "./work-bench.ts";

const ENDPOINT = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
/** The time that tasks have left when the notice comes. */
const LEFT_MS = CLOUD_MARGIN_MS + 6_000;
const DRAIN_MS = 60_000;

let metadata: FakeMetadata;
let cluster: Cluster;
beforeAll(async () => {
	metadata = await FakeMetadata.start();
	process.env[ENDPOINT] = metadata.url;
	cluster = await Cluster.start({
		nodes: [["--cloud", "ec2", "--labels", "gpu"], [], []],
		all: ["--concurrency", "4", "--drain", `${DRAIN_MS}ms`],
	});
});
afterAll(async () => {
	await cluster[Symbol.asyncDispose]();
	await metadata[Symbol.asyncDispose]();
});

test("a node says which machine it is on, a recommendation marks it, and a notice drains it under load, in time, without a failure", async () => {
	const [leaver, witness] = [cluster.node(1), cluster.node(2)];
	const seen = async () =>
		(await witness.peers()).find(({ id }) => id === leaver.id);
	expect(await seen()).toMatchObject({
		...{ state: "up", zone: "eu-central-1b", lifecycle: "spot" },
		...{ instanceId: "i-0123456789abcdef0", instanceType: "c7g.large" },
		labels: ["gpu", "zone:eu-central-1b"],
	});
	metadata.data.set("events/recommendations/rebalance", "{}");
	await until(seen, (node) => node?.state === "at-risk");
	await until(
		async () => (await leaver.peers()).find(({ id }) => id === leaver.id),
		(node) => node?.state === "at-risk",
	);
	const load = new SteadyLoad(cluster, 30);
	await load.goesOnFor(50);
	// It alone has this label, and has time for neither.
	const needs = { type: "process_task", labels: ["gpu"] };
	await leaver.post("/v1/tasks", {
		...{ id: "long", ...needs, payload: { durationMs: 600_000 } },
	});
	await until(
		() => witness.task("long"),
		({ state }) => state === "STARTED",
	);
	const noticeMs = Date.now();
	metadata.takeAway(LEFT_MS);
	expect(await leaver.ended).toBe(0);
	const goneMs = Date.now() - noticeMs;
	await load.goesOnFor(50);
	await load.end();
	const tasks = await load.read(witness);
	for (const task of tasks)
		expect([task.id, task.state, ...endsOf(task)]).toEqual([
			...[task.id, "SUCCESS", "success"],
		]);
	const long = await witness.task("long");
	expect([long.state, ...endsOf(long)]).toEqual(["PENDING", "handed-back"]);
	// Before the machine is gone, and long before the end of the time that its user grants it.
	expect(goneMs).toBeLessThan(LEFT_MS);
	expect(leaver.output).toMatch(/EC2 takes this spot machine away/);
	expect(metadata.asked.filter((each) => each.endsWith(" 401"))).toEqual([]);
});

test("a node that is told so while Redis is away is gone before its machine is; its task is known to be lost once Redis is back", async () => {
	await using service = await FakeMetadata.start();
	const redis = await startRedis({ appendfsync: "always" });
	process.env[ENDPOINT] = service.url;
	try {
		await using away = await Cluster.start({
			redis,
			nodes: [["--cloud", "ec2", "--labels", "spot"], []],
			all: ["--drain", `${DRAIN_MS}ms`],
		});
		process.env[ENDPOINT] = metadata.url;
		const [leaver, witness] = [away.node(1), away.node(2)];
		const needs = { type: "process_task", labels: ["spot"] };
		await witness.post("/v1/tasks", {
			...{ id: "long", ...needs, payload: { durationMs: 600_000 } },
		});
		await until(
			() => witness.task("long"),
			({ state }) => state === "STARTED",
		);
		process.kill(redis.pid, "SIGKILL");
		const noticeMs = Date.now();
		service.takeAway(CLOUD_MARGIN_MS + 1_000);
		expect(await leaver.ended).toBe(0);
		expect(Date.now() - noticeMs).toBeLessThan(CLOUD_MARGIN_MS + 1_000);
		expect(leaver.output).toMatch(/EC2 takes this spot machine away/);
		// A plain outage is no fault of the program.
		expect(leaver.output).not.toMatch(/^ +at |"stack"/m);
		await redis.restart();
		const long = await until(
			() => witness.task("long"),
			({ state }) => state === "PENDING",
		);
		expect(endsOf(long)).toEqual(["revoked"]);
	} finally {
		await redis.stop();
	}
});

test("a node whose metadata service was away at the start says where it is once the service answers", async () => {
	await using silent = await FakeMetadata.start();
	silent.failing = 503;
	process.env[ENDPOINT] = silent.url;
	await using late = await Cluster.start({
		nodes: [["--cloud", "ec2", "--labels", "gpu"], []],
		all: [],
	});
	process.env[ENDPOINT] = metadata.url;
	const [placed, witness] = [late.node(1), late.node(2)];
	const seen = async () =>
		(await witness.peers()).find(({ id }) => id === placed.id);
	const before = await seen();
	expect([before?.labels, before?.zone]).toEqual([["gpu"], undefined]);
	silent.failing = undefined;
	await until(seen, (node) => node?.zone !== undefined);
	expect(await seen()).toMatchObject({
		...{ zone: "eu-central-1b", instanceId: "i-0123456789abcdef0" },
		labels: ["gpu", "zone:eu-central-1b"],
	});
	// Tasks for its zone reach it.
	const needs = { type: "process_task", labels: ["zone:eu-central-1b"] };
	await witness.post("/v1/tasks", { id: "here", ...needs });
	const { attempts } = await until(
		() => witness.task("here"),
		({ state }) => state === "SUCCESS",
	);
	expect(attempts.map(({ node }) => node)).toEqual([placed.id]);
});
