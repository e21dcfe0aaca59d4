/**
 * The processes that are kept ready for tasks that will have to run isolated. Only real
 * processes can show this.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
	afterEach,
	beforeEach,
	describe,
	expect,
	onTestFinished,
	test,
	vi,
} from "vitest";
import { createExecutor } from "../../node/executor/executor.ts";
import type { Clock, Executor, JobOutcome } from "../../node/ports.ts";
import * as assets from "../../node/world/assets.ts";
import { systemClock } from "../../node/world/clock.ts";
import {
	PROCESSES_MAX,
	SPARE_PROCESS_AFTER_MS,
	SPARE_PROCESS_IDLE_MS,
	SPARE_PROCESSES_MAX,
} from "../../protocol/limits.ts";
import {
	children,
	gone,
	isThere,
	readySpare,
	readySpares,
} from "./executor-children.ts";
import { begin, job } from "./executor-jobs.ts";
import { RecordedLog } from "./recorded-log.ts";

vi.mock(import("../../node/world/assets.ts"), async (original) => {
	const real = await original();
	return { ...real, taskCommand: vi.fn(real.taskCommand) };
});

const NODE = fileURLToPath(new URL("executor-node.ts", import.meta.url));
let folder: string;
let file: string;
let executor: Executor;
let log: RecordedLog;
/** Records each timer. */
let onAfter: (ms: number) => void;
/** Timers of the idle time that have not been cancelled. */
let idle: Set<() => void>;

/** A spare is started without delay, and its idle time is over when a test says so. */
const clock: Clock = {
	...systemClock,
	after(ms, fn) {
		onAfter(ms);
		if (ms === SPARE_PROCESS_AFTER_MS) return systemClock.after(0, fn);
		if (ms !== SPARE_PROCESS_IDLE_MS) return systemClock.after(ms, fn);
		idle.add(fn);
		return { cancel: () => void idle.delete(fn) };
	},
};

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-spare-"));
	file = join(folder, "tasks.mts");
	save(1);
	idle = new Set();
	onAfter = () => {};
	log = new RecordedLog();
	vi.mocked(assets.taskCommand).mockClear();
	executor = await executorOf(1);
});
afterEach(async () => {
	await executor.stop();
	rmSync(folder, { recursive: true });
});

/** The slots of the node, which keeps no more processes ready than that. */
function executorOf(concurrency: number): Promise<Executor> {
	return createExecutor({
		...{ concurrency, handlerFiles: [file], processTaskMs: 0, threads: 1 },
		...{ clock, log },
	});
}

function save(version: number): void {
	writeFileSync(
		file,
		`export default {
			where: (): object => ({ pid: process.pid, version: ${version} }),
			waits: (_: unknown, { log, signal }: { log: Function; signal: AbortSignal }) =>
				new Promise<void>((resolve) => {
					const alive = setInterval(() => {}, 60_000);
					signal.addEventListener("abort", () => resolve(clearInterval(alive)));
					log("waiting in", process.pid);
				}),
		};`,
	);
}

async function where(): Promise<{ pid: number; version: number }> {
	return resultOf(
		await executor.run(job("where", { type: "where", isolated: true })),
	);
}

function resultOf(outcome: JobOutcome) {
	if (outcome.kind !== "success") throw new Error(JSON.stringify(outcome));
	return JSON.parse(outcome.result);
}

describe("a spare process for tasks that will have to run isolated", () => {
	test("does not exist as long as no such task is expected", async () => {
		expect(children()).toEqual([]);
		const { pid } = await where();
		await gone(pid);
		expect(assets.taskCommand).toHaveBeenCalledTimes(1);
		expect(idle.size).toBe(0);
	});

	test("is ready once one is expected, one for all, leads a group, and is the first to be killed when memory is short", async () => {
		executor.expectIsolated(0);
		executor.expectIsolated(0);
		const spare = await readySpare();
		executor.expectIsolated(0);
		const stat = readFileSync(`/proc/${spare}/stat`, "utf8").split(" ");
		expect(Number(stat[4])).toBe(spare);
		expect(readFileSync(`/proc/${spare}/oom_score_adj`, "utf8")).toBe("1000\n");
		expect(await where()).toEqual({ pid: spare, version: 1 });
	});

	test("is replaced by another when it is taken", async () => {
		executor.expectIsolated(0);
		const first = await readySpare();
		expect((await where()).pid).toBe(first);
		await gone(first);
		const second = await readySpare();
		expect(second).not.toBe(first);
		expect((await where()).pid).toBe(second);
	});

	test("is not the only one on a node with more slots: tasks that come at once find one each", async () => {
		await executor.stop();
		executor = await executorOf(100);
		executor.expectIsolated(0);
		const spares = await readySpares(SPARE_PROCESSES_MAX);
		const runs = await Promise.all(spares.map(where));
		expect(runs.map(({ pid }) => pid).sort()).toEqual(spares.sort());
		await Promise.all(spares.map(gone));
		const next = await readySpares(SPARE_PROCESSES_MAX);
		expect(next.filter((pid) => spares.includes(pid))).toEqual([]);
	});

	test("is kept for as long as if the loss had been heard of at once", async () => {
		executor.expectIsolated(SPARE_PROCESS_IDLE_MS);
		expect(idle.size).toBe(0);
		executor.expectIsolated(0);
		const spare = await readySpare();
		const [over] = idle;
		executor.expectIsolated(SPARE_PROCESS_IDLE_MS - 1);
		expect([...idle]).toEqual([over]);
		expect(await where()).toEqual({ pid: spare, version: 1 });
	});

	test("is started without delay if the loss was some time ago", async () => {
		const waits: number[] = [];
		onAfter = (ms) => waits.push(ms);
		executor.expectIsolated(SPARE_PROCESS_AFTER_MS + 1);
		await readySpare();
		expect(waits[1]).toBe(0);
		expect(waits).not.toContain(SPARE_PROCESS_AFTER_MS);
	});

	test("runs the handlers as they are when the task comes", async () => {
		executor.expectIsolated(0);
		const spare = await readySpare();
		save(2);
		expect(await where()).toEqual({ pid: spare, version: 2 });
	});

	test("counts towards the most processes that there may be", async () => {
		executor.expectIsolated(0);
		await readySpare();
		const held = Array.from({ length: PROCESSES_MAX }, (_, i) =>
			begin(executor, job(`held ${i}`, { type: "waits", isolated: true })),
		);
		await vi.waitFor(
			() => expect(log.said).toHaveLength(PROCESSES_MAX),
			60_000,
		);
		executor.expectIsolated(0);
		// Whatever was begun before ends before the first of them is settled.
		held[0]?.abort("enough", 60_000);
		await held[0]?.outcome;
		expect(assets.taskCommand).toHaveBeenCalledTimes(PROCESSES_MAX);
	});

	test("is ended when none was needed for a time, and is started again when one is", async () => {
		executor.expectIsolated(0);
		const spare = await readySpare();
		executor.expectIsolated(0);
		expect(idle.size).toBe(1);
		for (const over of idle) over();
		idle.clear();
		await gone(spare);
		executor.expectIsolated(0);
		expect(await readySpare()).not.toBe(spare);
	});

	test("is gone when the executor has stopped", async () => {
		executor.expectIsolated(0);
		const spare = await readySpare();
		await executor.stop();
		expect(isThere(spare)).toBe(false);
		expect(idle.size).toBe(0);
		expect(assets.taskCommand).toHaveBeenCalledTimes(1);
	});

	test("that the system kills as it waits harms no task, and is not replaced while memory may be short", async () => {
		executor.expectIsolated(0);
		const spare = await readySpare();
		process.kill(spare, "SIGKILL");
		await log.has(/kept ready/);
		executor.expectIsolated(0);
		const { pid } = await where();
		expect(pid).not.toBe(spare);
		await gone(pid);
		expect(assets.taskCommand).toHaveBeenCalledTimes(2);
		for (const over of idle) over();
		idle.clear();
		executor.expectIsolated(0);
		expect(await readySpare()).not.toBe(spare);
	});

	test("that the system cannot start harms nobody", async () => {
		vi.mocked(assets.taskCommand).mockReturnValueOnce(["/no/such/program"]);
		executor.expectIsolated(0);
		await log.has(/kept ready/);
		expect((await where()).version).toBe(1);
		expect(log.calm).toEqual([
			["debug", { cause: expect.stringMatching(/ENOENT/) }, expect.anything()],
		]);
	});

	test("ends with its node, however that ends", async () => {
		const node = spawn(process.execPath, [NODE, "expects"], {
			stdio: ["ignore", "inherit", "inherit"],
		});
		onTestFinished(() => void node.kill("SIGKILL"));
		const spare = await readySpare(node.pid);
		node.kill("SIGKILL");
		await gone(spare);
	});
});
