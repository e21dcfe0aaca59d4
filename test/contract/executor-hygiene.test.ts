/** Whatever task code does to its thread, it harms only itself. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createExecutor } from "../../node/executor/executor.ts";
import * as spawning from "../../node/executor/spawn-worker.ts";
import type { Executor, JobOutcome } from "../../node/ports.ts";
import { systemClock } from "../../node/world/clock.ts";
import { aborted, begin, job } from "./executor-jobs.ts";
import { RecordedLog } from "./recorded-log.ts";

vi.mock(import("../../node/executor/spawn-worker.ts"), async (original) => {
	const real = await original();
	return { ...real, spawnWorker: vi.fn(real.spawnWorker) };
});

let executor: Executor;
let log: RecordedLog;

beforeEach(async () => {
	log = new RecordedLog();
	executor = await createExecutor({
		concurrency: 10,
		handlerFiles: ["test/fixtures/handlers/careless.js"],
		processTaskMs: 0,
		threads: 1,
		clock: systemClock,
		log,
	});
});
afterEach(() => executor.stop());

function run(type: string, payload: unknown = null): Promise<JobOutcome> {
	return executor.run(job(type, { type, payload: JSON.stringify(payload) }));
}

function success(result: string) {
	return { kind: "success", result, ranMs: expect.any(Number) };
}

/** The thread works as before. It is the one that was patched: otherwise its mate would have been displaced. */
async function expectAllIsWell(): Promise<void> {
	expect(await run("answers", { a: 1 })).toEqual(
		success('{"got":{"a":1},"list":[1,"two"]}'),
	);
	expect(await run("noop")).toEqual(success("null"));
	expect(await run("process_task")).toMatchObject({
		kind: "success",
		result: expect.stringMatching(/1970-01-01T00:00:00.000Z/),
	});
	expect(await run("throws")).toMatchObject({
		kind: "failure",
		error: { code: "failed", message: "the task threw as text" },
	});
	expect(await run("unheard-of")).toMatchObject({
		error: { code: "unknown_type" },
	});
	expect(await run("putsOff")).toMatchObject({
		...{ kind: "snoozed", afterMs: 90_000 },
	});
	expect(await run("throwsWish")).toMatchObject({
		...{ kind: "failure", retry: false, retryAfterMs: 5_000 },
	});
	await run("logs");
	expect(log.lines.filter((line) => line === "a line")).toHaveLength(1);
	expect(log.lines.join()).not.toMatch(/died|dropped/);
}

describe("a thread whose built-ins one task has replaced", () => {
	test.each([
		"stringify",
		"parse",
		"mapGet",
		"awaiting",
		"push",
		"iterator",
		"items",
		"time",
		"exec",
		"sortOfPorts",
		"replacedGlobals",
		"inspect",
		"toJSON",
	])("goes on: %s", async (what) => {
		expect(await run("patches", { what })).toEqual(success("null"));
		await expectAllIsWell();
	});

	test("can tell a task that its time is over", async () => {
		await run("patches", { what: "mapGet" });
		const late = job("hangs", { type: "hangs", timeoutMs: 5 });
		const error = { code: "timeout", message: expect.any(String) };
		expect(await executor.run(late)).toMatchObject({ kind: "timeout", error });
		const payload = '{"durationMs":60000}';
		const own = job("own", { type: "process_task", payload, timeoutMs: 5 });
		expect(await executor.run(own)).toMatchObject({ kind: "timeout", error });
		await expectAllIsWell();
	});

	test("can be told to stop a task", async () => {
		await run("patches", { what: "mapGet" });
		const waiting = begin(executor, job("waits", { type: "waits" }));
		await run("greet", "Ada"); // It begins after the other, in the one thread.
		waiting.abort("cancelled", 60_000);
		expect(await waiting.outcome).toEqual(aborted);
		await expectAllIsWell();
	});

	test("goes on although everything that can be reached was replaced", async () => {
		const outcome = await run("replacesAll");
		expect(outcome).toMatchObject({ kind: "success" });
		const { result } = outcome as { result: string };
		expect(Number(result)).toBeGreaterThan(1_000);
		await expectAllIsWell();
	});
});

describe("a message from a worker that is not in its protocol", () => {
	test("is dropped and logged once; the node and the thread go on", async () => {
		const opened = vi.mocked(spawning.spawnWorker).mock.results.at(-1);
		const worker: ReturnType<typeof spawning.spawnWorker> = opened?.value;
		for (const said of [null, 5, "{}", {}, [null], [5, {}], [[], 1]])
			worker.port.emit("message", said);
		await log.has(/said what no worker says/);
		expect(await run("noop")).toEqual(success("null"));
		expect(log.lines.filter((line) => /no worker/.test(line))).toHaveLength(1);
	});
});

describe("task code", () => {
	test("cannot reach the port to the node", async () => {
		await run("reaches");
		expect(await run("hasReached")).toEqual(success("[]"));
	});

	test("cannot read in any file how the node was started", async () => {
		expect(await run("writesReport")).toMatchObject({
			kind: "failure",
			error: { message: expect.stringMatching(/getReport/) },
		});
	});

	test("harms nobody by what it posts, wherever it can", async () => {
		expect(await run("speaks")).toEqual(success("null"));
		await expectAllIsWell();
	});
});
