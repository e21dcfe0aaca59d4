/**
 * A Redis that comes back with an older copy of its data no longer knows which tasks
 * its nodes run. They find out, and stop what may have begun elsewhere.
 */
import {
	cpSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nowMs } from "../../scripts/bench/clock.ts";
import { type Run, readRuns } from "../../scripts/chaos/run-line.ts";
import { CHAOS_TYPE } from "../../scripts/chaos/work.ts";
import { until } from "../cluster.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { LOAD_HANDLERS } from "./judged-load.ts";
import { endsOf, WorkBench } from "./work-bench.ts";

/** The slots of each of the two nodes. */
const SLOTS = 6;
const KEPT = 2;
const FORGOTTEN = 4;
const UNKNOWN = 2;
/** No task ends within the test. */
const DURATION_MS = 60_000;
/** Two runs of one task overlap for no longer than this. */
const BESIDE_MS_MAX = 3_000;

let redis: RedisServer;

const bench = WorkBench.forFile("forgotten");
beforeAll(async () => {
	const dir = bench.file("redis");
	mkdirSync(dir);
	redis = await startRedis({ dir });
});
afterAll(() => redis.stop());
bench.withCluster(() => ({
	redis,
	nodes: [[], []],
	all: ["--handlers", LOAD_HANDLERS, "--concurrency", String(SLOTS)],
}));

async function post(name: string, count: number, task: object): Promise<void> {
	const tasks = Array.from({ length: count }, (_, i) => {
		return { id: `${name}-${i}`, ...task };
	});
	const { status } = await bench.cluster.node(1).post("/v1/tasks", tasks);
	expect(status).toBe(202);
}

/** Resolves when so many tasks run. */
async function running(count: number): Promise<void> {
	await until(
		() => bench.cluster.node(1).cluster(),
		({ counts }) => counts.STARTED === count,
	);
}

/** The runs recorded by tasks of this name, by task. */
function runsOf(name: string): Run[][] {
	const text = existsSync(bench.file("effects"))
		? readFileSync(bench.file("effects"), "utf8")
		: "";
	const runs = readRuns(text).filter(({ id }) => id.startsWith(name));
	return [...Map.groupBy(runs, ({ id }) => id).values()];
}

/** A task that records its runs, and does not end within the test. */
function written(): object {
	const payload = { effects: bench.file("effects"), durationMs: DURATION_MS };
	return { type: CHAOS_TYPE, payload: { ...payload, fails: false } };
}

test("attempts that Redis has lost are stopped within 3 s of its restart, and end on their node before they start there again; the others go on", async () => {
	const held = (until: string) => ({
		type: "hold",
		payload: { file: bench.file(until) },
	});
	await post("kept", KEPT, held("end"));
	await post("first", 2 * SLOTS - KEPT, held("room"));
	await running(2 * SLOTS);
	await post("forgotten", FORGOTTEN, written());
	cpSync(bench.file("redis"), bench.file("copy"), { recursive: true });

	writeFileSync(bench.file("room"), "");
	await post("unknown", UNKNOWN, written());
	await running(KEPT + FORGOTTEN + UNKNOWN);
	await redis.restart(() => {
		rmSync(bench.file("redis"), { recursive: true });
		cpSync(bench.file("copy"), bench.file("redis"), { recursive: true });
	});

	const runs = await until(
		() => runsOf("forgotten"),
		(tasks) =>
			tasks.every((runs) => runs.length === 2 && runs[0]?.overMs !== undefined),
	);
	expect(runs).toHaveLength(FORGOTTEN);
	for (const [first, second] of runs as [Run, Run][]) {
		const besideMs = (first.overMs ?? Number.NaN) - second.startMs;
		const mayBeside = first.pid === second.pid ? 0 : BESIDE_MS_MAX;
		expect(besideMs).toBeLessThanOrEqual(mayBeside);
		expect(second.token).toBeGreaterThan(first.token);
	}
	const unknown = await until(
		() => runsOf("unknown").flat(),
		(runs) => runs.every(({ how }) => how === "abort"),
	);
	expect(unknown).toHaveLength(UNKNOWN);
	writeFileSync(bench.file("end"), "");
	for (let i = 0; i < KEPT; i++) {
		const ended = await bench.cluster.node(1).whenEnded(`kept-${i}`);
		expect([ended.state, ...endsOf(ended)]).toEqual([
			...["SUCCESS", "success"],
		]);
	}
});

test("a task whose holder was deleted by hand in a Redis that stays up is stopped within 3 s", async () => {
	await post("deleted", 1, written());
	await until(
		() => runsOf("deleted"),
		(tasks) => tasks.length === 1,
	);
	const client = new Redis(redis.url);
	await client.hdel("{hearsay:0}:holders", "deleted-0");
	client.disconnect();
	const deletedMs = nowMs();
	const [[run]] = await until(
		() => runsOf("deleted") as [[Run]],
		([[run]]) => run.overMs !== undefined,
	);
	expect(run.how).toBe("abort");
	expect((run.overMs ?? Number.NaN) - deletedMs).toBeLessThan(BESIDE_MS_MAX);
});
