/** Isolated tasks, as far as only real processes can show. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createExecutor } from "../../node/executor/executor.ts";
import type { Executor, Job, JobOutcome } from "../../node/ports.ts";
import * as assets from "../../node/world/assets.ts";
import { systemClock } from "../../node/world/clock.ts";
import { ORPHANED_MS, PROCESSES_MAX } from "../../protocol/limits.ts";
import { aborted, begin, job } from "./executor-jobs.ts";
import { RecordedLog } from "./recorded-log.ts";

vi.mock(import("../../node/world/assets.ts"), async (original) => {
	const real = await original();
	return { ...real, taskCommand: vi.fn(real.taskCommand) };
});

const NODE = fileURLToPath(new URL("executor-node.ts", import.meta.url));
const LOOK_MS = 5;
let executor: Executor;
let log: RecordedLog;

async function start(): Promise<void> {
	log = new RecordedLog();
	executor = await createExecutor({
		concurrency: 100,
		handlerFiles: ["test/fixtures/handlers/isolated.ts"],
		processTaskMs: 0,
		threads: 1,
		clock: systemClock,
		log,
	});
}
afterEach(() => executor?.stop());

function isolated(type: string, id = type): Job {
	return job(id, { type, isolated: true });
}

function resultOf(outcome: JobOutcome) {
	if (outcome.kind !== "success") throw new Error(JSON.stringify(outcome));
	return JSON.parse(outcome.result);
}

/** Resolves when the process has ended, whether or not its parent has reaped it. */
async function gone(pid: number): Promise<void> {
	const stat = `/proc/${pid}/stat`;
	while (existsSync(stat)) {
		try {
			if (/\) Z /.test(readFileSync(stat, "utf8"))) return;
		} catch {
			return;
		}
		await pause(LOOK_MS);
	}
}

describe("a task that runs isolated", () => {
	test("has a process of its own, which leads a group and is the first to be killed when memory is short", async () => {
		await start();
		const [one, two] = await Promise.all(
			["a", "b"].map(async (id) =>
				resultOf(await executor.run(isolated("where", id))),
			),
		);
		for (const { pid, group, oomScore } of [one, two])
			expect([group, oomScore]).toEqual([pid, 1_000]);
		expect(new Set([one.pid, two.pid, process.pid]).size).toBe(3);
		await Promise.all([gone(one.pid), gone(two.pid)]);
	});

	test("has crashed when its process dies, and its error names the cause", async () => {
		await start();
		expect(await executor.run(isolated("segfaults"))).toEqual({
			kind: "crashed",
			ranMs: expect.any(Number),
			message: "its process was ended by SIGSEGV",
		});
		expect(await executor.run(isolated("dies"))).toEqual({
			kind: "crashed",
			ranMs: expect.any(Number),
			message: "the task called process.exit(3)",
		});
	});

	test("takes the processes with it that it started and left behind", async () => {
		await start();
		await gone(resultOf(await executor.run(isolated("leaves"))));
	});

	test("is ended by force, with all that it has started, if it does not stop", async () => {
		await start();
		const { outcome, abort } = begin(executor, isolated("spins"));
		await log.has(/other/);
		const [, pid, other] = /pid: (\d+), other: (\d+)/.exec(
			log.lines[0] ?? "",
		) as unknown as [string, number, number];
		abort("cancelled", 0);
		expect(await outcome).toEqual(aborted);
		await Promise.all([gone(pid), gone(other)]);
	});

	test("is not ended by a signal that a service manager sends to all processes of the node", async () => {
		await start();
		const { outcome, abort } = begin(executor, isolated("waits"));
		await log.has(/pid/);
		const [, pid] = /pid: (\d+)/.exec(log.lines[0] ?? "") ?? [];
		for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
			process.kill(Number(pid), signal);
		// It lives on, since it still does what it is asked later.
		abort("cancelled", 60_000);
		expect(await outcome).toEqual(aborted);
		expect(log.said).toHaveLength(1);
	});

	test("waits if all processes are taken, and can be aborted meanwhile", async () => {
		await start();
		const held = Array.from({ length: PROCESSES_MAX }, (_, i) =>
			begin(executor, isolated("waits", `held ${i}`)),
		);
		const cancelled = begin(executor, isolated("where", "cancelled"));
		const waiting = executor.run(isolated("where", "waiting"));
		cancelled.abort("cancelled", 60_000);
		expect(await cancelled.outcome).toEqual({ kind: "not-begun" });
		await vi.waitFor(
			() => expect(log.said).toHaveLength(PROCESSES_MAX),
			60_000,
		);
		// Others do not wait for it.
		expect((await executor.run(job("b", { type: "noop" }))).kind).toBe(
			"success",
		);
		held[0]?.abort("enough", 60_000);
		expect(resultOf(await waiting).pid).not.toBe(process.pid);
	});

	test("waits while the system cannot start a process, and others do not", async () => {
		await start();
		vi.mocked(assets.taskCommand).mockReturnValueOnce(["/no/such/program"]);
		const waiting = executor.run(isolated("where"));
		await log.has(/no process for a task/);
		expect((await executor.run(job("b", { type: "noop" }))).kind).toBe(
			"success",
		);
		expect((await waiting).kind).toBe("success");
		expect(log.calm.map(([level]) => level)).toEqual(["error", "info"]);
		expect(log.calm[0]?.[1]).toMatchObject({
			cause: expect.stringMatching(/no process to give: .*ENOENT/),
		});
	});
});

describe("a node that runs a task isolated", () => {
	/** Resolves with the node, and the process of its task; reads on from there. */
	async function startNode(type: string): Promise<{
		node: ChildProcess;
		pids: number[];
		lines: NodeJS.AsyncIterator<string>;
	}> {
		const node = spawn(process.execPath, [NODE, type], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		onTestFinished(() => void node.kill("SIGKILL"));
		const lines = createInterface({
			input: node.stdout as NodeJS.ReadableStream,
		})[Symbol.asyncIterator]();
		const { value } = await lines.next();
		const pids = [...String(value).matchAll(/: (\d+)/g)].map(([, pid]) =>
			Number(pid),
		);
		return { node, pids, lines };
	}

	test("takes the task's process with it when it is killed, whatever the task does", async () => {
		const { node, pids } = await startNode("spins");
		expect(pids).toHaveLength(2);
		node.kill("SIGKILL");
		const killedMs = performance.now();
		await once(node, "exit");
		await Promise.all(pids.map(gone));
		// At once, and not only because it no longer hears from the node.
		expect(performance.now() - killedMs).toBeLessThan(ORPHANED_MS / 2);
	});

	test("and was frozen for longer than its lease lasts finds that process ended, and does not blame the task", async () => {
		const { node, pids, lines } = await startNode("waits");
		node.kill("SIGSTOP");
		await gone(pids[0] as number);
		node.kill("SIGCONT");
		const { value } = await lines.next();
		expect(JSON.parse(`${value}`)).toMatchObject({
			kind: "displaced",
			suspect: false,
		});
	});
});
