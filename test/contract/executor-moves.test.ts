/** Tasks that have not begun in their thread begin in another, once, or go back. Only real threads can show this. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createExecutor } from "../../node/executor/executor.ts";
import type { Clock, Executor } from "../../node/ports.ts";
import { systemClock } from "../../node/world/clock.ts";
import { PING_MS, SPARE_THREADS_MAX } from "../../protocol/limits.ts";
import { type Begun, begin, job } from "./executor-jobs.ts";
import { RecordedLog } from "./recorded-log.ts";

const LOOK_MS = 5;
let folder: string;
let file: string;
let executor: Executor;
let log: RecordedLog;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-moves-"));
	file = join(folder, "begun");
	appendFileSync(file, "");
	log = new RecordedLog();
});
afterEach(async () => {
	await executor.stop();
	rmSync(folder, { recursive: true });
});

/** Notices a silent thread sooner. */
const hasty: Clock = {
	...systemClock,
	after: (ms, fn) => systemClock.after(ms === PING_MS ? 50 : ms, fn),
};

function silent(): number {
	return log.lines.filter((line) => /does not answer/.test(line)).length;
}

async function start(threads: number, clock = systemClock): Promise<void> {
	executor = await createExecutor({
		concurrency: 100,
		handlerFiles: ["test/fixtures/handlers/timely.ts"],
		processTaskMs: 0,
		threads,
		clock,
		log,
	});
}

/** Spins until it is ended. */
function spin(id: string) {
	return begin(executor, job(id, { type: "spins" }));
}

function record(id: string) {
	const payload = JSON.stringify({ file });
	return begin(executor, job(id, { type: "records", payload }));
}

function begun(): string[] {
	return readFileSync(file, "utf8").trim().split("\n").sort();
}

test("tasks that wait behind one that spins begin in another thread, each once", async () => {
	await start(1);
	const over = join(folder, "over");
	const payload = JSON.stringify({ file: over });
	const spinning = executor.run(job("spins", { type: "spinsUntil", payload }));
	const ids = Array.from({ length: 30 }, (_, i) => `short-${i}`).sort();
	const short = ids.map(record);
	for (const { outcome } of short)
		expect(await outcome).toMatchObject({ kind: "success" });
	expect(begun()).toEqual(ids);
	// The first thread, which had not got to them, does so now, before it reports this one's end.
	appendFileSync(over, "");
	expect((await spinning).kind).toBe("success");
	expect(begun()).toEqual(ids);
});

test("while every thread spins the executor says that it does not answer, and gives back tasks that have not begun", async () => {
	await start(1, hasty);
	expect(executor.answers).toBe(true);
	const spinning: Begun[] = [];
	while (executor.answers) {
		spinning.push(spin(`spins-${spinning.length}`));
		while (silent() < spinning.length) await pause(LOOK_MS);
	}
	expect(spinning).toHaveLength(1 + SPARE_THREADS_MAX);
	const waiting = record("waits");
	expect(await waiting.outcome).toEqual({ kind: "not-begun" });
	expect(executor.answers).toBe(false);
	expect(begun()).toEqual([""]);
	spinning[0]?.abort("enough", 0);
	await spinning[0]?.outcome;
	expect(executor.answers).toBe(true);
	expect((await record("later").outcome).kind).toBe("success");
});

test("a task that has not begun can be aborted at no cost to its thread", async () => {
	await start(1);
	const first = begin(
		executor,
		job("first", { type: "spinsFor", payload: '{"ms":300}' }),
	);
	const second = record("second");
	second.abort("the lease is lost", 0);
	expect(await second.outcome).toEqual({ kind: "not-begun" });
	expect((await first.outcome).kind).toBe("success");
	expect((await record("third").outcome).kind).toBe("success");
	expect(begun()).toEqual(["third"]);
});

test("a task that has not begun when its thread is ended runs in another, and is no suspect", async () => {
	await start(1);
	const spinning = spin("spins");
	const waiting = record("waits");
	await log.has(/does not answer/);
	spinning.abort("enough", 0);
	expect((await waiting.outcome).kind).toBe("success");
	expect(begun()).toEqual(["waits"]);
});

test("a task that is to run alone can be aborted before it begins, and leaves its place to others", async () => {
	await start(1);
	for (let i = 0; i < 20; i += 1) {
		const alone = begin(executor, job(`${i}`, { type: "where", alone: true }));
		alone.abort("enough", 60_000);
		expect(await alone.outcome).toEqual({ kind: "not-begun" });
	}
	const last = await executor.run(job("last", { type: "where", alone: true }));
	expect(last.kind).toBe("success");
});
