/** What only the executor over real worker threads can show. */
import { afterEach, describe, expect, test } from "vitest";
import {
	createExecutor,
	type ExecutorOptions,
} from "../../node/executor/executor.ts";
import type { Clock, Executor, Job, JobOutcome } from "../../node/ports.ts";
import { systemClock } from "../../node/world/clock.ts";
import {
	ALONE_THREADS_MAX,
	ERROR_MESSAGE_CHARS_MAX,
	RESULT_BYTES_MAX,
	TASK_LOG_LINE_CHARS_MAX,
	TASK_LOG_LINES_MAX,
	THREADS_IDLE_MS,
} from "../../protocol/limits.ts";
import { aborted, type Begun, begin, job } from "./executor-jobs.ts";
import { RecordedLog } from "./recorded-log.ts";

const fixtures = "test/fixtures/handlers";
let executor: Executor;
let log: RecordedLog;

async function start(options: Partial<ExecutorOptions> = {}): Promise<void> {
	log = new RecordedLog();
	executor = await createExecutor({
		concurrency: 100,
		handlerFiles: [`${fixtures}/troubled.ts`, `${fixtures}/plain.js`],
		processTaskMs: 0,
		threads: 1,
		clock: systemClock,
		log,
		...options,
	});
}
afterEach(() => executor.stop());

type Call = [type: string, payload?: unknown, more?: Partial<Job>];

function call(...[type, payload = null, more = {}]: Call): Job {
	return job(type, { type, payload: JSON.stringify(payload), ...more });
}

function run(...how: Call): Promise<JobOutcome> {
	return executor.run(call(...how));
}

/** Runs a job that will have to be aborted. */
function runs(...how: Call): Begun {
	return begin(executor, call(...how));
}

function failure(code: string, message: unknown = expect.any(String)) {
	return {
		kind: "failure",
		error: expect.objectContaining({ code, message }),
		ranMs: expect.any(Number),
	};
}

describe("task code", () => {
	test("handler files may be TypeScript or JavaScript, functions or { run }, and keep their `this`", async () => {
		await start();
		expect(await run("greet", "Ada")).toMatchObject({
			result: '"hello, Ada, from a file of 3 types"',
		});
		const told = await run("tell", null, { id: "t", token: 9, attempt: 2 });
		expect(told).toMatchObject({
			result: '{"id":"t","attempt":2,"token":9,"aborted":false}',
		});
	});

	test("the signal says why the task is to stop", async () => {
		await start();
		const waiting = runs("waits");
		await run("noop"); // Then it has begun.
		waiting.abort("the lease was lost", 60_000);
		expect(await waiting.outcome).toEqual(aborted);
		expect(log.said).toEqual(["AbortError the lease was lost"]);
	});

	test("a type that no handler serves ends in failure", async () => {
		await start();
		expect(await run("unheard-of")).toEqual(failure("unknown_type"));
	});

	test.each<[string, unknown, object]>([
		["nothing", null, { kind: "success", result: "null" }],
		["bigint", null, failure("result_not_json")],
		["circular", null, failure("result_not_json")],
		["aFunction", null, failure("result_not_json", "a function is not JSON")],
		[
			"huge",
			{ chars: RESULT_BYTES_MAX - 2 },
			{ kind: "success", result: expect.any(String) },
		],
		["huge", { chars: RESULT_BYTES_MAX - 1 }, failure("result_too_large")],
		["hugeInBytes", { chars: 131_071 }, { kind: "success" }],
		["hugeInBytes", { chars: 131_072 }, failure("result_too_large")],
		["throwsText", null, failure("failed", "the task threw just text")],
		["throwsCoded", "card_declined", failure("card_declined", "no")],
		["throwsCoded", "no spaces allowed", failure("failed", "no")],
		["throwsCoded", "x".repeat(65), failure("failed", "no")],
		["throwsCoded", 404, failure("failed", "no")],
		["throwsHostile", null, failure("failed")],
	])("%s(%j)", async (type, payload, expected) => {
		await start();
		expect(await run(type, payload)).toMatchObject(expected);
	});

	test("the message of an error is cut", async () => {
		await start();
		const outcome = await run("throwsLong");
		const message = outcome.kind === "failure" ? outcome.error.message : "";
		expect(message).toHaveLength(ERROR_MESSAGE_CHARS_MAX);
	});

	test("what a task logs and prints goes to the node's log, with its id", async () => {
		await start();
		await run("logs");
		await run("prints");
		expect(log.calm).toEqual([
			[
				"info",
				{ task: "logs", type: "logs", attempt: 1 },
				"resized { width: 3 }",
			],
			["info", { task: "prints", type: "prints", attempt: 1 }, "printed"],
		]);
	});

	test("the log of a task that floods it is cut off", async () => {
		await start();
		await run("floods");
		expect(log.said).toHaveLength(TASK_LOG_LINES_MAX + 1);
		expect(log.said[0]).toHaveLength(TASK_LOG_LINE_CHARS_MAX);
		expect(log.said.at(-1)).toMatch(/the rest is dropped/);
	});
});

describe("the built-in types", () => {
	test("process_task returns the words of the system that it replaces", async () => {
		await start({ handlerFiles: [] });
		const outcome = await run(
			"process_task",
			{ task_id: 1, task_data: "Task 1" },
			{ id: "1", priority: 9, createdMs: Date.UTC(2026, 0, 2) },
		);
		expect(outcome).toMatchObject({
			result:
				'"Task 1 processed successfully (Priority: 9, Submitted at: 2026-01-02T00:00:00.000Z)."',
		});
	});

	test("process_task takes the time that it is given, and stops when told", async () => {
		await start({ handlerFiles: [] });
		const slow = runs("process_task", { durationMs: 600_000 });
		await run("noop"); // It begins after the other, in the one thread.
		slow.abort("cancelled", 60_000);
		expect(await slow.outcome).toEqual(aborted);
		expect(await run("process_task", { durationMs: -1 })).toEqual(
			failure("invalid_payload"),
		);
	});

	test("noop does nothing", async () => {
		await start({ handlerFiles: [] });
		expect(executor.types).toEqual(new Set(["noop", "process_task"]));
		expect(await run("noop")).toMatchObject({ result: "null" });
	});
});

describe("poison", () => {
	const held: Partial<Job> = { id: "held" };

	test.each([
		["throwsLater", /threw outside of its promise.*later/s],
		["rejectsUnhandled", /left a rejection unhandled.*nobody listens/s],
	])(
		"%s crashes, and its mate is displaced without suspicion",
		async (type, message) => {
			await start();
			const mate = run("waits", null, held);
			const outcome = await run(type);
			expect(outcome.kind).toBe("crashed");
			expect(outcome.kind === "crashed" && outcome.message).toMatch(message);
			expect(await mate).toMatchObject({ kind: "displaced", suspect: false });
			expect((await run("noop")).kind).toBe("success");
		},
	);

	test("a task that fills the heap ends its worker, never the node; which one did it shows when each runs alone", async () => {
		await start();
		const mate = run("waits", null, held);
		expect(await run("fillsHeap")).toMatchObject({
			kind: "displaced",
			suspect: true,
		});
		expect(await mate).toMatchObject({ kind: "displaced", suspect: true });
		const again = await run("fillsHeap", null, { alone: true });
		expect(again).toEqual({
			...{ kind: "crashed", ranMs: expect.any(Number) },
			message: "the worker's heap outgrew 512 MiB",
		});
	});

	test.each([
		["killsNode", { pid: process.pid }],
		["killsNode", { pid: process.ppid }],
		["killsNode", { pid: 0 }],
		["killsNode", { pid: -1 }],
		["killsNode", { pid: -process.pid }],
		["killsNodeByImport", { pid: process.pid }],
		["aborts", null],
		["changesDirectory", null],
	])("%s(%j) fails and harms nobody", async (type, payload) => {
		await start();
		const mate = runs("waits", null, held);
		expect((await run(type, payload)).kind).toBe("failure");
		mate.abort("enough", 60_000);
		expect(await mate.outcome).toEqual(aborted);
	});

	test("a library's messages to the node's thread are not heard there", async () => {
		await start();
		expect(await run("postsToNode")).toMatchObject({ kind: "success" });
		expect(await run("greet", "Ada")).toMatchObject({ kind: "success" });
	});

	test("a task that spins keeps its thread, and later ones run in a spare one", async () => {
		await start();
		const spinning = runs("spins");
		await log.has(/does not answer/);
		expect((await run("noop")).kind).toBe("success");
		spinning.abort("cancelled", 0);
		expect(await spinning.outcome).toEqual(aborted);
		expect((await run("noop")).kind).toBe("success");
	});

	test("suspects beyond the limit wait for a thread, and can be aborted meanwhile", async () => {
		await start({ handlerFiles: [`${fixtures}/plain.js`] });
		const ids = Array.from({ length: ALONE_THREADS_MAX + 3 }, (_, i) => `${i}`);
		const suspects = ids.map((id) => runs("waits", null, { id, alone: true }));
		suspects.at(-1)?.abort("cancelled", 60_000);
		expect(await suspects.at(-1)?.outcome).toEqual({ kind: "not-begun" });
		suspects[0]?.abort("cancelled", 60_000);
		expect(await suspects[0]?.outcome).toEqual({ kind: "not-begun" });
		await executor.stop();
		const outcomes = await Promise.all(suspects.map(({ outcome }) => outcome));
		for (const { kind } of outcomes) expect(kind).toMatch(/aborted|not-begun/);
	});

	test("each of many suspects gets its turn", async () => {
		await start({ handlerFiles: [] });
		const outcomes: Promise<JobOutcome>[] = [];
		for (let i = 0; i < ALONE_THREADS_MAX * 2; i++) {
			outcomes.push(run("noop", null, { id: `${i}`, alone: true }));
		}
		for (const outcome of await Promise.all(outcomes)) {
			expect(outcome.kind).toBe("success");
		}
	});
});

describe("threads", () => {
	test("an idle executor without handler files has none, and a stopped one leaves none", async () => {
		const before = workerPorts();
		await start({ handlerFiles: [], threads: 2 });
		expect(workerPorts()).toBe(before);
		await Promise.all([
			run("noop", null, { id: "a" }),
			run("noop", null, { id: "b" }),
			run("noop", null, { id: "c", alone: true }),
		]);
		expect(workerPorts()).toBeGreaterThan(before);
		await executor.stop();
		expect(workerPorts()).toBe(before);
	});

	test("all but one are ended once there has been no task for a time", async () => {
		const before = workerPorts();
		const hasty: Clock = {
			...systemClock,
			after: (ms, fn) => systemClock.after(ms === THREADS_IDLE_MS ? 0 : ms, fn),
		};
		await start({ handlerFiles: [], threads: 3, clock: hasty });
		const three = ["a", "b", "c"].map((id) => run("noop", null, { id }));
		await Promise.all(three);
		await log.has(/idle worker threads ended/);
		expect(log.entries.at(-1)?.[1]).toEqual({ threads: 2 });
		expect((await run("noop")).kind).toBe("success");
		await executor.stop();
		expect(workerPorts()).toBe(before);
	});
});

function workerPorts(): number {
	return process
		.getActiveResourcesInfo()
		.filter((name) => name === "Worker" || name === "MessagePort").length;
}
