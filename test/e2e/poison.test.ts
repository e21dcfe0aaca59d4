import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CRASHES_MAX } from "../../protocol/limits.ts";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { Cluster, type ClusterNode } from "../cluster.ts";

const HANDLERS = ["work", "troubled"].map((name) =>
	fileURLToPath(new URL(`../fixtures/handlers/${name}.ts`, import.meta.url)),
);
/** Half of all answers come sooner. */
const ANSWER_MS_MEDIAN_MAX = 50;
/** Nearly all answers come sooner; the machine has its moments, too. */
const ANSWER_MS_P95_MAX = 100;
/** Between two looks, so that looking is no load. */
const LOOK_MS = 5;
const RESTART_MS_MAX = 1_000;

let cluster: Cluster;
let node: ClusterNode;
let folder: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-poison-"));
	cluster = await Cluster.start({
		nodes: [["--concurrency", "4", "--log", "error"]],
		all: HANDLERS.flatMap((file) => ["--handlers", file]),
	});
	node = cluster.node(1);
});
afterAll(async () => {
	await cluster[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

const endsOf = ({ attempts }: TaskAsRead) => attempts.map(({ end }) => end);

/** What stays the same only while the node lives and renews its lease. */
async function lifeOf(): Promise<object> {
	const [life] = await node.peers();
	return { pid: life?.pid, epoch: life?.epoch, state: life?.state };
}

/** How long answers take until the tasks have ended, in rising order. */
async function answersUntil(ended: Promise<unknown>): Promise<number[]> {
	const tookMs: number[] = [];
	let over = false;
	void ended.finally(() => {
		over = true;
	});
	while (!over) {
		const alive = await node.get("/healthz");
		const cluster = await node.get("/v1/cluster");
		expect([alive.status, cluster.status]).toEqual([200, 200]);
		tookMs.push(alive.tookMs, cluster.tookMs);
		await pause(LOOK_MS);
	}
	return tookMs.sort((a, b) => a - b);
}

/** Runs the task with others beside it; resolves with how it ended. */
async function runAmongOthers(
	type: string,
	payload: unknown,
): Promise<TaskAsRead> {
	const before = await lifeOf();
	const others = Array.from({ length: 8 }, (_, i) => ({
		id: `beside-${type}-${i}`,
		type: "process_task",
		payload: { durationMs: 400 },
	}));
	await node.post("/v1/tasks", [
		...others.slice(0, 2),
		{ id: type, type, payload },
		...others.slice(2),
	]);
	const all = Promise.all([type, ...others.map(({ id }) => id)].map(ended));
	const answersMs = await answersUntil(all);
	const [poison, ...beside] = await all;
	for (const { id, state } of beside) {
		expect({ id, state }).toEqual({ id, state: "SUCCESS" });
	}
	expect(await lifeOf()).toEqual(before);
	const at = (share: number) => answersMs[Math.floor(answersMs.length * share)];
	expect(at(0.5)).toBeLessThan(ANSWER_MS_MEDIAN_MAX);
	expect(at(0.95)).toBeLessThan(ANSWER_MS_P95_MAX);
	return poison as TaskAsRead;
}

const ended = (id: string) => node.whenEnded(id);

test.each([
	["calls process.exit", "exits", /process\.exit\(3\)/],
	["throws outside of its promise", "throwsLater", /outside of its promise/],
	["leaves a rejection unhandled", "rejectsUnhandled", /rejection unhandled/],
	["fills the heap", "fillsHeap", /heap outgrew/],
])(
	"a task that %s is given up after 3 crashes, and harms neither the node nor other tasks",
	async (_what, type, why) => {
		const poison = await runAmongOthers(type, null);
		expect(poison).toMatchObject({
			state: "FAILURE",
			crashes: CRASHES_MAX,
			error: { code: "crashed", message: expect.stringMatching(why) },
		});
		expect(endsOf(poison)).toEqual(Array(CRASHES_MAX).fill("crashed"));
	},
);

test.each([
	["fills 320 MiB of Buffers", "fillsBuffers", { mib: 320, holdMs: 500 }, 320],
	["floods its log", "floods", null, null],
	["computes for 2.5 s without a pause", "spinsFor", { ms: 2_500 }, null],
])(
	"a task that %s ends well, and harms neither the node nor other tasks",
	async (_what, type, payload, result) => {
		const task = await runAmongOthers(type, payload);
		expect(task).toMatchObject({ state: "SUCCESS", crashes: 0, result });
		expect(endsOf(task)).toEqual(["success"]);
	},
);

test("a task whose worker dies under it runs again within a second", async () => {
	const file = join(folder, "runs");
	const before = await lifeOf();
	await node.post("/v1/tasks", {
		id: "dies-once",
		type: "dieAtFirst",
		payload: { file },
	});
	const task = await ended("dies-once");
	expect(task).toMatchObject({ state: "SUCCESS", attempt: 2, crashes: 1 });
	expect(endsOf(task)).toEqual(["crashed", "success"]);
	const runs = readFileSync(file, "utf8").trimEnd().split("\n");
	const [died, again] = runs.map((line) => line.split(" ").map(Number));
	expect([died?.[0], again?.[0]]).toEqual([1, 2]);
	expect((again?.[1] ?? 0) - (died?.[1] ?? 0)).toBeLessThan(RESTART_MS_MAX);
	expect(await lifeOf()).toEqual(before);
});
