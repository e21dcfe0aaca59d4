/**
 * What is promised within a second or a few, on three real nodes that have the machine for
 * themselves. That the same things happen at all, in order, is shown elsewhere, beside other
 * tests; how soon tasks move when many nodes are killed, and how late what is due is, by
 * proofs (`scripts/proof/`).
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { STOP_BOUND_MS } from "../../protocol/limits.ts";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { Cluster, type ClusterNode, until } from "../cluster.ts";
import { SteadyLoad } from "./steady-load.ts";
import { WORK_HANDLERS, WorkBench } from "./work-bench.ts";

const BLOCKING = join(import.meta.dirname, "../fixtures/handlers/blocking.js");
const RESTART_MS_MAX = 1_000;
const STANDSTILL_MS_MAX = 1_000;
const REFUSAL_MS_MAX = 1_000;
const RESUME_MS_MAX = 5_000;
const REJOIN_MS_MAX = 5_000;
const DRAIN_MS = 300;
/** Of a second signal. */
const AT_ONCE_MS = 2_000;
/** Between a leaving node's last answer and its end. */
const DEAF_MS_MAX = 500;
const LOOK_MS = 5;

const bench = WorkBench.forFile("in-time");
const queueOf = (node: ClusterNode) =>
	`own-${bench.cluster.nodes.indexOf(node) + 1}`;
bench.withCluster(() => ({
	nodes: [
		["--queues", "default,own-1"],
		["--queues", "default"],
		["--queues", "default,own-3", "--drain", "30s"],
	],
	all: [
		...["--handlers", BLOCKING, "--concurrency", "8"],
		// How long each part of a node that leaves took to close is in its log.
		...["--drain", `${DRAIN_MS}ms`, "--log", "debug"],
	],
}));
bench.endsCalm();

beforeAll(() => {
	execFileSync("mkfifo", [bench.file("pipe")]);
});

/** When a task that was cut short was given out again, after that moment. */
function againMs({ state, attempts }: TaskAsRead, sinceMs: number): number {
	expect([state, attempts.length]).toEqual(["SUCCESS", 2]);
	return Date.parse(attempts[1]?.claimedAt ?? "") - sinceMs;
}

test("of a node that is killed and started at once, tasks run again within a second of the kill; it is back in everybody's mesh within five of its start", async () => {
	const ids = await bench.postHeld(bench.cluster.node(1), 3);
	const held = await Promise.all(
		ids.map((id) => bench.cluster.node(1).task(id)),
	);
	const victim = bench.cluster.byId(held[0]?.node);
	const lost = held.filter(({ node }) => node === victim.id);
	const killedMs = Date.now();
	await victim.kill();
	await victim.start();
	const startedMs = performance.now();
	await bench.cluster.whole();
	expect(performance.now() - startedMs).toBeLessThan(REJOIN_MS_MAX);
	for (const { id } of lost)
		expect(againMs(await victim.whenEnded(id), killedMs)).toBeLessThan(
			RESTART_MS_MAX,
		);
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
	for (const id of ids)
		expect(againMs(await node.whenEnded(id), startedMs)).toBeLessThan(
			RESTART_MS_MAX,
		);
});

test("while a node is restarted, work never stands still for a second", async () => {
	const load = new SteadyLoad(bench.cluster, 30);
	await load.goesOnFor(50);
	const leaver = bench.cluster.node(2);
	leaver.signal("SIGTERM");
	expect(await leaver.ended).toBe(0);
	await leaver.start();
	await leaver.ready();
	await load.goesOnFor(50);
	await load.end();
	const tasks = await load.read(bench.cluster.node(1));
	const endsMs = tasks.map(({ finishedAt }) => Date.parse(finishedAt ?? ""));
	endsMs.sort((a, b) => a - b);
	const gapsMs = endsMs.slice(1).map((ms, i) => ms - (endsMs[i] ?? ms));
	expect(Math.max(...gapsMs)).toBeLessThan(STANDSTILL_MS_MAX);
});

test("while Redis is frozen, submissions are refused within a second; thawed, work goes on within five", async () => {
	const { redis, nodes } = bench.cluster;
	const refusedMs: number[] = [];
	process.kill(redis.pid, "SIGSTOP");
	try {
		for (const node of nodes) {
			const answers = [
				await node.post("/v1/tasks", { type: "noop" }),
				await node.post("/v1/tasks", [{ type: "noop" }]),
				await node.post("/add_task", { task_id: 1, task_data: "" }),
				await node.get("/v1/cluster"),
			];
			for (const { status, tookMs } of answers) {
				expect(status).toBe(503);
				refusedMs.push(tookMs);
			}
		}
	} finally {
		process.kill(redis.pid, "SIGCONT");
	}
	// Most are: the machine, too, has its moments.
	const [median = Infinity] = refusedMs.sort((a, b) => a - b).slice(-6);
	expect(median, `took ms: ${refusedMs}`).toBeLessThan(REFUSAL_MS_MAX);
	const backMs = performance.now();
	await Promise.all(
		nodes.map(async (node, i) => {
			await node.ready();
			const id = `thawed-${i}`;
			await node.post("/v1/tasks", { id, type: "noop" });
			expect((await node.whenEnded(id)).state).toBe("SUCCESS");
		}),
	);
	expect(performance.now() - backMs).toBeLessThan(RESUME_MS_MAX);
});

/** Tasks that heed nothing run on the node; it is told to stop, and is gone after so long. */
async function endBlocked(
	node: ClusterNode,
	stop: () => unknown,
): Promise<{ ms: number; code: number; deafMs: number }> {
	const queue = queueOf(node);
	for (const type of ["runsProcess", "reads"]) {
		const begun = bench.file(`${type}-${bench.test}`);
		const payload = { begun, pipe: bench.file("pipe") };
		await node.post("/v1/tasks", { type, payload, queue });
		// One at a time: the next finds another thread.
		await until(
			() => existsSync(begun) && readFileSync(begun, "utf8"),
			Boolean,
		);
	}
	await stop();
	const startedMs = performance.now();
	const answeredMs = await lastAnswerOf(node);
	const endedMs = performance.now();
	const code = await node.ended;
	const [other] = bench.cluster.nodes.filter(({ running }) => running);
	await other?.post("/v1/tasks/cancel", { filter: { queue } });
	return { ms: endedMs - startedMs, code, deafMs: endedMs - answeredMs };
}

/** Asks until the process has ended; resolves with when it answered last. */
async function lastAnswerOf(node: ClusterNode): Promise<number> {
	let answeredMs = 0;
	while (node.running) {
		try {
			await node.get("/healthz");
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

test("a node that is told to stop is gone by its bound whatever its tasks do, and answers nearly to its end", async () => {
	const node = bench.cluster.node(1);
	const { ms, code, deafMs } = await endBlocked(node, () =>
		node.signal("SIGTERM"),
	);
	expect(code).toBe(0);
	expect(ms).toBeLessThan(DRAIN_MS + STOP_BOUND_MS);
	expect(deafMs, lastLinesOf(node)).toBeLessThan(DEAF_MS_MAX);
});

test("a node whose tasks have half a minute is ended at once by a second signal", async () => {
	const node = bench.cluster.node(3);
	const { ms, code } = await endBlocked(node, async () => {
		node.signal("SIGTERM");
		await node.says(/Stopping/);
		node.signal("SIGTERM");
	});
	expect(code).toBe(1);
	expect(ms).toBeLessThan(AT_ONCE_MS);
});
