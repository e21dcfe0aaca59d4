/**
 * A node that is told to stop is gone by its bound, whatever its tasks do: with the processes
 * that they have started, and with their attempts handed back.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	afterAll,
	afterEach,
	beforeAll,
	beforeEach,
	describe,
	expect,
	test,
} from "vitest";
import { STOP_BOUND_MS } from "../../protocol/limits.ts";
import { Cluster, type ClusterNode, until } from "../cluster.ts";

const HANDLERS = join(import.meta.dirname, "../fixtures/handlers/blocking.js");
const DRAIN_MS = 300;
/** The first only waits: the others, which block their threads, find one each. */
const TYPES = ["startsProcess", "runsProcess", "reads"];
/** Of a second signal. */
const AT_ONCE_MS = 2_000;

/** Its tasks have so long. */
let drainMs = DRAIN_MS;
let cluster: Cluster;
let folder: string;
let leaver: ClusterNode;
let witness: ClusterNode;

// A cluster for each: what one has handed back the next would run.
beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-stopping-"));
	execFileSync("mkfifo", [join(folder, "pipe")]);
	cluster = await Cluster.start({
		nodes: [["--handlers", HANDLERS, "--drain", `${drainMs}ms`], []],
		all: ["--concurrency", "8"],
	});
	leaver = cluster.node(1);
	witness = cluster.node(2);
});
afterEach(async () => {
	await cluster[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

/** Resolves once all of these tasks run, with the processes that they have started. */
async function block(types: readonly string[]): Promise<number[]> {
	const files = types.map((type) => join(folder, type));
	for (const [i, type] of types.entries()) {
		const payload = { begun: files[i], pipe: join(folder, "pipe") };
		await leaver.post("/v1/tasks", { id: type, type, payload });
		// One at a time: the next finds another thread.
		await until(
			() => existsSync(files[i] ?? "") && readFileSync(files[i] ?? "", "utf8"),
			Boolean,
		);
	}
	return files
		.flatMap((file) => readFileSync(file, "utf8").trim().split(" "))
		.filter(Boolean)
		.map(Number);
}

/** Not one that has ended and whose end nobody has asked for. */
function runs(pid: number): boolean {
	try {
		return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
	} catch {
		return false;
	}
}

async function handedBack(types: readonly string[]): Promise<void> {
	for (const type of types) {
		const { state, attempts } = await witness.task(type);
		expect({ type, state, ends: attempts.map(({ end }) => end) }).toEqual({
			...{ type, state: "PENDING", ends: ["handed-back"] },
		});
	}
}

/** Resolves with how long it took from then on to end, and its exit code. */
async function end(stop: () => unknown): Promise<{ ms: number; code: number }> {
	const startedMs = performance.now();
	await stop();
	const code = await leaver.ended;
	return { ms: performance.now() - startedMs, code };
}

test("its tasks block in every way: it is gone in time, what they started is, too, and all wait again", async () => {
	const pids = await block(TYPES);
	expect(pids).toHaveLength(4);
	expect(pids.filter(runs)).toEqual(pids);
	const { ms, code } = await end(() => leaver.signal("SIGTERM"));
	expect(pids.filter(runs)).toEqual([]);
	await handedBack(TYPES);
	expect(ms).toBeLessThan(DRAIN_MS + STOP_BOUND_MS);
	expect(code).toBe(0);
});

test("asked to by another node it is, too", async () => {
	const types = ["runsProcess", "reads"];
	const pids = await block(types);
	const { ms, code } = await end(() =>
		witness.post(`/v1/nodes/${leaver.id}/drain`, {}),
	);
	expect(pids.filter(runs)).toEqual([]);
	await handedBack(types);
	// It hears of it with its next pulse.
	expect(ms).toBeLessThan(1_000 + DRAIN_MS + STOP_BOUND_MS);
	expect(code).toBe(0);
});

describe("a node whose tasks have half a minute", () => {
	beforeAll(() => {
		drainMs = 30_000;
	});
	afterAll(() => {
		drainMs = DRAIN_MS;
	});

	test.each<[NodeJS.Signals, NodeJS.Signals]>([
		["SIGTERM", "SIGTERM"],
		["SIGINT", "SIGTERM"],
	])("after %s, %s ends it at once", async (first, second) => {
		const types = ["runsProcess", "reads"];
		const pids = await block(types);
		leaver.signal(first);
		await leaver.says(/Stopping/);
		const { ms, code } = await end(() => leaver.signal(second));
		expect(pids.filter(runs)).toEqual([]);
		await handedBack(types);
		expect(ms).toBeLessThan(AT_ONCE_MS);
		expect(code).toBe(1);
	});
});

test("with the store away it is gone in time", async () => {
	const pids = await block(["runsProcess", "reads"]);
	process.kill(cluster.redis.pid, "SIGSTOP");
	try {
		const { ms } = await end(() => leaver.signal("SIGTERM"));
		expect(pids.filter(runs)).toEqual([]);
		expect(ms).toBeLessThan(DRAIN_MS + STOP_BOUND_MS);
	} finally {
		process.kill(cluster.redis.pid, "SIGCONT");
	}
});
