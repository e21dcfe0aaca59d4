/** Nodes that leave one after the other, in good order. How soon they do is measured in `in-time.test.ts`. */
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type ClusterNode, until } from "../cluster.ts";
import { SteadyLoad } from "./steady-load.ts";
import { endsOf, WorkBench } from "./work-bench.ts";

const HELD = 6;

const bench = WorkBench.forFile("rolling");
bench.withCluster(() => ({
	// Each also serves a queue of its own.
	nodes: [1, 2, 3].map((n) => ["--queues", `default,own-${n}`]),
	// However the held ones are spread, each has a slot left.
	all: ["--concurrency", String(HELD + 1), "--drain", "4s"],
}));
bench.endsCalm();

/** How the witness sees the node. */
async function stateOf(node: ClusterNode, witness: ClusterNode) {
	const peers = await witness.peers();
	return peers.find(({ id }) => id === node.id)?.state;
}

test("a node that is drained through another takes nothing new, finishes short tasks, hands back long ones, and ends", async () => {
	const held = await bench.postHeld(bench.cluster.node(1), HELD);
	const holders = await Promise.all(
		held.map(async (id) => (await bench.cluster.node(1).task(id)).node),
	);
	const leaver = bench.cluster.byId(holders[0]);
	const ids = held.filter((_, i) => holders[i] === leaver.id);
	const [witness] = bench.cluster.nodes.filter((each) => each !== leaver);
	if (witness === undefined) throw new Error("there are three nodes");
	const file = bench.file("short");
	const queue = `own-${bench.cluster.nodes.indexOf(leaver) + 1}`;
	const short = { id: "short", type: "hold", payload: { file }, queue };
	await witness.post("/v1/tasks", short);
	await until(
		() => witness.task("short"),
		({ state }) => state === "STARTED",
	);
	const told = await witness.post(`/v1/nodes/${leaver.id}/drain`, {});
	expect(told.status).toBe(202);
	await until(
		() => stateOf(leaver, witness),
		(state) => state === "draining",
	);
	// It answers, says that it is not ready, accepts nothing, and runs nothing new.
	expect((await leaver.get("/healthz")).status).toBe(200);
	expect((await leaver.get("/readyz")).status).toBe(503);
	const refused = await leaver.post("/v1/tasks", { type: "noop" });
	expect(refused.status).toBe(503);
	expect(refused.body).toMatchObject({ code: "stopping" });
	const fresh = Array.from({ length: 20 }, (_, i) => ({
		id: `fresh-${i}`,
		type: "process_task",
		payload: { durationMs: 20 },
	}));
	await witness.post("/v1/tasks", fresh);
	for (const { id } of fresh) {
		const { state, node } = await witness.whenEnded(id);
		expect(state).toBe("SUCCESS");
		expect(node).not.toBe(leaver.id);
	}
	writeFileSync(file, "");
	expect(await leaver.ended).toBe(0);
	expect(await stateOf(leaver, witness)).toBe(undefined);
	const ended = await witness.whenEnded("short");
	expect(ended).toMatchObject({ state: "SUCCESS", node: leaver.id });
	expect(endsOf(ended)).toEqual(["success"]);
	for (const id of ids) {
		const task = await witness.whenEnded(id);
		expect(task).toMatchObject({ state: "SUCCESS", attempt: 2, crashes: 0 });
		expect(endsOf(task)).toEqual(["handed-back", "success"]);
		expect(task.node).not.toBe(leaver.id);
	}
});

test("while every node is restarted in turn no task fails, none is lost, and work goes on", async () => {
	const load = new SteadyLoad(bench.cluster, 30);
	for (const node of bench.cluster.nodes) {
		await load.goesOnFor(50);
		node.signal("SIGTERM");
		expect(await node.ended).toBe(0);
		// Also while this one is away.
		await load.goesOnFor(20);
		await node.start();
		await node.ready();
	}
	await load.goesOnFor(50);
	await load.end();
	const tasks = await load.read(bench.cluster.node(1));
	for (const task of tasks) {
		expect([task.id, task.state, ...endsOf(task)]).toEqual([
			task.id,
			"SUCCESS",
			"success",
		]);
	}
});
