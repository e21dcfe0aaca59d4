import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { Cluster, type ClusterNode, until } from "../cluster.ts";
import { SteadyLoad } from "./steady-load.ts";
import { endsOf, WORK_HANDLERS, WorkBench } from "./work-bench.ts";

const STANDSTILL_MS_MAX = 1_000;
/** Between a leaving node's last answer and its end. */
const DEAF_MS_MAX = 500;
const LOOK_MS = 5;
const RESTART_MS_MAX = 1_000;

const bench = WorkBench.forFile("rolling");
bench.withCluster(() => ({
	nodes: [[], [], []],
	// How long each part of a node that leaves took to close is in its log.
	all: ["--concurrency", "4", "--drain", "2s", "--log", "debug"],
}));
bench.endsCalm();

/** How the witness sees the node. */
async function stateOf(node: ClusterNode, witness: ClusterNode) {
	const peers = await witness.peers();
	return peers.find(({ id }) => id === node.id)?.state;
}

/** Asks until the process has ended; resolves with when it answered last. */
async function lastAnswerOf(node: ClusterNode): Promise<number> {
	let answeredMs = 0;
	while (node.running) {
		try {
			const { status } = await node.get("/v1/tasks/short");
			expect(status).toBe(200);
			answeredMs = performance.now();
		} catch (error) {
			// Nobody listens there any more.
			if (!(error instanceof TypeError)) throw error;
		}
		await pause(LOOK_MS);
	}
	return answeredMs;
}

const LINES_SHOWN = 12;

function lastLinesOf({ output }: ClusterNode): string {
	const lines = output.trimEnd().split("\n").slice(-LINES_SHOWN);
	return `the node said last:\n${lines.join("\n")}\n`;
}

test("a node that is drained through another takes nothing new, finishes what is short, hands back what is long, and ends", async () => {
	// Shared among the nodes, so the one that has the short task has a long one, too.
	const held = await bench.postHeld(bench.cluster.node(1), 6);
	const short = { id: "short", type: "process_task" };
	await bench.cluster
		.node(1)
		.post("/v1/tasks", { ...short, payload: { durationMs: 800 } });
	await until(
		() => bench.cluster.node(1).cluster(),
		({ counts }) => counts.STARTED === 7,
	);
	const { node } = await bench.cluster.node(1).task("short");
	const leaver = bench.cluster.byId(node);
	const [witness] = bench.cluster.nodes.filter((each) => each !== leaver);
	if (witness === undefined) throw new Error("there are three nodes");
	const nodes = await Promise.all(
		held.map(async (id) => (await witness.task(id)).node),
	);
	const ids = held.filter((_, i) => nodes[i] === leaver.id);
	expect(ids.length).toBeGreaterThan(0);
	const told = await witness.post(`/v1/nodes/${leaver.id}/drain`, {});
	expect(told.status).toBe(202);
	await until(
		() => stateOf(leaver, witness),
		(state) => state === "draining",
	);
	// It answers, says that it is not ready, takes nothing, and runs nothing new.
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
	const answeredMs = await lastAnswerOf(leaver);
	const deafMs = performance.now() - answeredMs;
	expect(await leaver.ended).toBe(0);
	expect(deafMs, lastLinesOf(leaver)).toBeLessThan(DEAF_MS_MAX);
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

test("while every node is restarted in turn, no task fails, none is lost, and work never stands still", async () => {
	const load = new SteadyLoad(bench.cluster, 30);
	for (const node of bench.cluster.nodes) {
		await load.goesOnFor(50);
		node.signal("SIGTERM");
		expect(await node.ended).toBe(0);
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
	const endsMs = tasks.map(({ finishedAt }) => Date.parse(finishedAt ?? ""));
	endsMs.sort((a, b) => a - b);
	const gapsMs = endsMs.slice(1).map((ms, i) => ms - (endsMs[i] as number));
	expect(Math.max(...gapsMs)).toBeLessThan(STANDSTILL_MS_MAX);
});

test("of a node that is killed and started at once, tasks run again within a second of the kill", async () => {
	const victim = bench.cluster.node(3);
	const ids = await bench.postHeld(victim, 3);
	const held = await Promise.all(ids.map((id) => victim.task(id)));
	const lost = held.filter(({ node }) => node === victim.id);
	expect(lost.length).toBeGreaterThan(0);
	const killedMs = Date.now();
	victim.signal("SIGKILL");
	await victim.ended;
	await victim.start();
	for (const { id } of lost) {
		const task = await victim.whenEnded(id);
		expect(task).toMatchObject({ state: "SUCCESS", attempt: 2 });
		const againMs = Date.parse(task.attempts[1]?.claimedAt ?? "");
		expect(againMs - killedMs).toBeLessThan(RESTART_MS_MAX);
	}
});

test("a node that is alone, is killed and started at once runs its tasks again within a second of its start", async () => {
	await using alone = await Cluster.start({
		nodes: [[]],
		all: ["--handlers", WORK_HANDLERS],
	});
	const node = alone.node(1);
	const ids = await bench.postHeld(node, 3);
	await node.kill();
	await node.start();
	const startedMs = Date.now();
	for (const id of ids) {
		const task = await node.whenEnded(id);
		expect(task).toMatchObject({ state: "SUCCESS", attempt: 2 });
		const againMs = Date.parse(task.attempts[1]?.claimedAt ?? "");
		expect(againMs - startedMs).toBeLessThan(RESTART_MS_MAX);
	}
});
