/** A task that waits in a call for a process cannot hear that it is to stop: only what it waits for can be ended. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endProcesses } from "../../node/cli/leave.ts";
import { createExecutor } from "../../node/executor/executor.ts";
import type { Executor } from "../../node/ports.ts";
import { systemClock } from "../../node/world/clock.ts";
import { ABORT_GRACE_MS } from "../../protocol/limits.ts";
import { aborted, type Begun, begin, job } from "./executor-jobs.ts";
import { RecordedLog } from "./recorded-log.ts";

const LOOK_MS = 5;
let folder: string;
let executor: Executor;

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-blocked-"));
	executor = await createExecutor({
		concurrency: 10,
		handlerFiles: ["test/fixtures/handlers/blocking.js"],
		processTaskMs: 0,
		threads: 1,
		endProcesses,
		clock: systemClock,
		log: new RecordedLog(),
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

test("a task in a call that waits for a process is ended with that, and what other threads wait for is left alone", async () => {
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

test("a thread that ends when it is told leaves what its tasks have started", async () => {
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
