/**
 * Rates of clusters of a given shape: how fast a node accepts tasks and works
 * a backlog off, and how fast many nodes do that together.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nowMs, sleep } from "./clock.ts";
import { CONCURRENCY, type Ground } from "./contender.ts";
import { ACCEPTING, BenchNode } from "./cost-node.ts";
import { drainRate } from "./stats.ts";

const HANDLERS = new URL("handlers.ts", import.meta.url).pathname;
/** What goes before, unmeasured: this part of the tasks. */
const WARM_UP = 0.1;
const POLL_MS = 20;

/** Tasks a second: as one node accepts them, and as another one then runs them. */
export async function backlogRates(
	ground: Ground,
	tasks: number,
	payload: unknown,
	flags: readonly string[] = [],
): Promise<{ submit: number; process: number }> {
	const task = { type: "noop", payload };
	await using door = await BenchNode.start(ground, [...flags, ...ACCEPTING]);
	await door.submitAll(Math.ceil(tasks * WARM_UP), task);
	const startMs = nowMs();
	await door.submitAll(tasks, task);
	const submit = (tasks / (nowMs() - startMs)) * 1_000;
	const [samples, worker] = await Promise.all([
		door.drained(),
		BenchNode.start(ground, flags),
	]);
	await worker[Symbol.asyncDispose]();
	return { submit, process: drainRate(samples, tasks) };
}

/**
 * Tasks a second, as so many nodes work a backlog off together. They start
 * one after another, and what shall be measured together must not begin apart:
 * until all are up and the backlog is there, tasks hold their slots.
 */
export async function clusterRate(
	ground: Ground,
	nodeCount: number,
): Promise<number> {
	const file = join(ground.directory, `go-${nodeCount}`);
	rmSync(file, { force: true });
	await using door = await BenchNode.start(ground, ACCEPTING);
	await using nodes = new AsyncDisposableStack();
	const start = async () =>
		nodes.use(await BenchNode.start(ground, ["--handlers", HANDLERS]));
	await Promise.all(Array.from({ length: nodeCount }, start));
	const held = nodeCount * CONCURRENCY;
	await door.submitAll(held, { type: "hold", payload: { file } });
	while ((await door.cluster()).counts.STARTED < held) await sleep(POLL_MS);
	await door.submitAll(ground.tasks, { type: "noop" });
	const draining = door.drained();
	writeFileSync(file, "");
	return drainRate(await draining, held + ground.tasks);
}
