/**
 * A task in a call cannot hear that it is to stop: only what it waits for can be ended, and not
 * everything. (`test/e2e/blocked.test.ts` shows the same, and more of it, of whole nodes.)
 */
import { execFileSync } from "node:child_process";
import {
	existsSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endProcesses } from "../../node/cli/leave.ts";
import { createExecutor } from "../../node/executor/executor.ts";
import type { Executor, Job } from "../../node/ports.ts";
import { systemClock } from "../../node/world/clock.ts";
import { ABORT_GRACE_MS, PROCESSES_MAX } from "../../protocol/limits.ts";
import { aborted, type Begun, begin, job } from "./executor-jobs.ts";
import { RecordedLog } from "./recorded-log.ts";

const LOOK_MS = 5;
let folder: string;
let executor: Executor;
let log: RecordedLog;

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-blocked-"));
	log = new RecordedLog();
	executor = await createExecutor({
		concurrency: 10,
		handlerFiles: ["test/fixtures/handlers/blocking.js"],
		processTaskMs: 0,
		threads: 1,
		endProcesses,
		clock: systemClock,
		log,
	});
});
afterEach(async () => {
	await executor.stop();
	rmSync(folder, { recursive: true });
});

/** Resolves with the two processes that it waits for. */
async function blocked(
	id: string,
	alone: boolean,
): Promise<{ begun: Begun; pids: readonly number[] }> {
	const file = join(folder, id);
	const payload = JSON.stringify({ begun: file });
	const begun = begin(
		executor,
		job(id, { type: "runsProcess", payload, alone }),
	);
	for (;;) {
		const pids = existsSync(file) ? readFileSync(file, "utf8").split(" ") : [];
		if (pids.length === 2) return { begun, pids: pids.map(Number) };
		await pause(LOOK_MS);
	}
}

function isThere(pid: number): boolean {
	try {
		return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
	} catch {
		return false;
	}
}

test("a task blocked on a process is ended by ending that process, and processes of other threads are left alone", async () => {
	const one = await blocked("one", false);
	const other = await blocked("other", true);
	one.begun.abort("the lease is lost", ABORT_GRACE_MS);
	// What they wait for would take five minutes.
	expect(await one.begun.outcome).toEqual(aborted);
	expect(one.pids.map(isThere)).toEqual([false, false]);
	expect(other.pids.map(isThere)).toEqual([true, true]);
	other.begun.abort("the lease is lost", 0);
	expect(await other.begun.outcome).toEqual(aborted);
});

/** In a call that nothing ends, until somebody has written to the pipe. */
async function endless(
	id: string,
	type: string,
	more: Partial<Job> = {},
): Promise<Begun & { over(): void }> {
	const [file, pipe] = [join(folder, id), join(folder, `pipe-${id}`)];
	execFileSync("mkfifo", [pipe]);
	const payload = JSON.stringify({ begun: file, pipe });
	const begun = begin(executor, job(id, { type, payload, ...more }));
	while (!existsSync(file)) await pause(LOOK_MS);
	return { ...begun, over: () => writeFileSync(pipe, "") };
}

test.each(["reads", "readsSoon"])(
	"a task in a call that nothing ends is over all the same, by a cancel or its timeout, and others go on: %s",
	async (type) => {
		const told = await endless("told", type);
		told.abort("the task was cancelled", 0);
		expect(await told.outcome).toEqual(aborted);
		const late = await endless("late", type, {
			...{ timeoutMs: 50, killAfterMs: 50 },
		});
		expect(await late.outcome).toMatchObject({ kind: "timeout" });
		expect(await executor.run(job("a", { type: "noop" }))).toMatchObject({
			kind: "success",
		});
		expect(executor.answers).toBe(true);
		expect(executor.settingsOf(type)).toEqual({});
		await log.has(/left behind .* processes of their own/);
		expect(executor.settingsOf(type)).toEqual({ concurrency: PROCESSES_MAX });
		const own = await endless("own", type);
		own.abort("the task was cancelled", 0);
		expect(await own.outcome).toEqual(aborted);
		await executor.stop();
		for (const { over } of [told, late]) over();
	},
);

test("tasks that share a thread with a call that nothing ends are given back, and do not have to run in a process for it", async () => {
	const file = join(folder, "beside");
	const beside = begin(
		executor,
		job("beside", {
			type: "startsProcess",
			payload: JSON.stringify({ begun: file }),
		}),
	);
	while (!existsSync(file)) await pause(LOOK_MS);
	const blocked = await endless("blocked", "reads");
	blocked.abort("the task was cancelled", 0);
	expect(await blocked.outcome).toEqual(aborted);
	expect(await beside.outcome).toMatchObject({
		...{ kind: "displaced", suspect: false },
	});
	await log.has(/left behind .* any of these tasks/);
	for (const type of ["startsProcess", "reads"])
		expect(executor.settingsOf(type)).toEqual({});
	blocked.over();
});

test("an executor that stops does not wait for a call that nothing ends", async () => {
	const { outcome, over } = await endless("a", "reads");
	await executor.stop();
	expect(await outcome).toEqual(aborted);
	over();
});

test("a thread that ends when told leaves the processes that its tasks have started", async () => {
	const file = join(folder, "left");
	const payload = JSON.stringify({ begun: file });
	const task = begin(executor, job("a", { type: "startsProcess", payload }));
	let pids: number[] = [];
	while (pids.length < 2) {
		await pause(LOOK_MS);
		if (existsSync(file))
			pids = readFileSync(file, "utf8").trim().split(" ").map(Number);
	}
	task.abort("the lease is lost", 0);
	expect(await task.outcome).toEqual(aborted);
	expect(pids.map(isThere)).toEqual([true, true]);
});
