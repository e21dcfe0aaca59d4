/** Timeouts, and what task code knows of its time, as far as only real threads can show. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createExecutor } from "../../node/executor/executor.ts";
import type { Executor, Job, JobOutcome } from "../../node/ports.ts";
import { systemClock } from "../../node/world/clock.ts";
import { BACKOFF_MS_MAX, KILL_AFTER_MS } from "../../protocol/limits.ts";
import { aborted, begin, job } from "./executor-jobs.ts";
import { RecordedLog } from "./recorded-log.ts";

let executor: Executor;
let log: RecordedLog;

beforeEach(async () => {
	log = new RecordedLog();
	executor = await createExecutor({
		concurrency: 100,
		handlerFiles: ["test/fixtures/handlers/timely.ts"],
		processTaskMs: 0,
		threads: 1,
		clock: systemClock,
		log,
	});
});
afterEach(() => executor.stop());

function call(type: string, more: Partial<Job> = {}, payload?: unknown): Job {
	return job(type, { type, payload: JSON.stringify(payload ?? null), ...more });
}

function run(
	type: string,
	more: Partial<Job> = {},
	payload?: unknown,
): Promise<JobOutcome> {
	return executor.run(call(type, more, payload));
}

const SOON = { timeoutMs: 50, killAfterMs: 50 };
const PATIENT = { timeoutMs: 50, killAfterMs: 60_000 };

function timeout(message: string) {
	return {
		...{ kind: "timeout", ranMs: expect.any(Number) },
		error: { code: "timeout", message },
	};
}
const ENDED = timeout(
	"the task ran longer than its timeout of 50ms; give it more time, or less to do, and did not stop within 50ms of its signal: it was ended by force",
);

describe("a task that reaches its timeout", () => {
	test.each(["spins", "spinsLater", "ignores"])(
		"is ended if it does not stop: %s",
		async (type) => {
			expect(await run(type, SOON)).toEqual(ENDED);
			expect(await run(type, { ...SOON, alone: true })).toEqual(ENDED);
			expect(await run(type, { ...SOON, isolated: true })).toEqual(ENDED);
			expect((await run("noop")).kind).toBe("success");
		},
	);

	test("is told so by its signal, and knew its deadline before", async () => {
		const ended =
			"the task ran longer than its timeout of 50ms; give it more time, or less to do";
		expect(await run("heeds", PATIENT)).toEqual(timeout(ended));
		const [first = "", second] = log.lines;
		expect(Number(/^deadline in (\d+)$/.exec(first)?.[1])).toBeLessThan(51);
		expect(second).toBe(`TimeoutError timeout ${ended}`);
	});

	test("fails with what it threw as the cause", async () => {
		expect(await run("throwsOther", PATIENT)).toMatchObject({
			kind: "timeout",
			error: { code: "timeout", cause: { message: "half done" } },
		});
	});

	test("has its result if it returns one without heeding its signal", async () => {
		expect(await run("spinsFor", PATIENT, { ms: 200 })).toMatchObject({
			kind: "success",
		});
	});

	test("stops, too, if its type is built in", async () => {
		const payload = { durationMs: 600_000 };
		const outcome = await run("process_task", PATIENT, payload);
		expect(outcome).toMatchObject({ kind: "timeout" });
		expect(outcome).not.toHaveProperty("error.cause");
	});

	test("has its time from when its code begins, and not from when it waits behind another", async () => {
		const first = run("spinsFor", {}, { ms: 300 });
		const second = run("spinsFor", { ...SOON, timeoutMs: 150 }, { ms: 1 });
		expect(await first).toMatchObject({ kind: "success" });
		expect(await second).toMatchObject({ kind: "success" });
	});

	test("gets no company: later tasks run in another thread", async () => {
		const patient = begin(executor, call("ignores", PATIENT));
		const { result: before } = await success(run("where"));
		for (;;) {
			const { result } = await success(run("where"));
			if (result !== before) break;
		}
		patient.abort("enough", 0);
		expect(await patient.outcome).toEqual(aborted);
	});

	test("and had to be ended leaves its type with threads of its own, and other types with theirs", async () => {
		expect(await run("spinsFor", SOON, { ms: 60_000 })).toEqual(ENDED);
		expect(log.lines.join()).toMatch(/did not stop when it had reached/);
		const { result: own } = await success(run("spinsFor", {}, { ms: 0 }));
		const { result: others } = await success(run("where"));
		expect(own).not.toBe(others);
		const mate = begin(executor, call("ignores"));
		expect(await run("spinsFor", SOON, { ms: 60_000 })).toEqual(ENDED);
		mate.abort("enough", 60_000);
		await executor.stop();
		expect(await mate.outcome).toEqual(aborted);
	});
});

test("a task that goes on when it is cancelled gets no company either, until it is over", async () => {
	const patient = begin(executor, call("ignores"));
	const { result: before } = await success(run("where"));
	patient.abort("the task was cancelled", 60_000);
	for (let i = 0; i < 3; i += 1)
		expect((await success(run("where"))).result).not.toBe(before);
	expect(executor.answers).toBe(true);
	patient.abort("the lease is lost", 0);
	expect(await patient.outcome).toEqual(aborted);
});

test("a thread takes jobs again once a task that was cancelled in it is over", async () => {
	const { result: before } = await success(run("where"));
	const heeding = begin(executor, call("heeds"));
	await log.has(/^deadline/);
	heeding.abort("the task was cancelled", 60_000);
	const meanwhile = await success(run("where"));
	expect(meanwhile.result).not.toBe(before);
	expect(await heeding.outcome).toEqual(aborted);
	expect((await success(run("where"))).result).toBe(before);
});

async function success(
	running: Promise<JobOutcome>,
): Promise<{ result: string }> {
	const outcome = await running;
	if (outcome.kind !== "success") throw new Error(JSON.stringify(outcome));
	return outcome;
}

describe("task code", () => {
	test("knows its round, whether it has a retry left, and that it has no deadline", async () => {
		expect(await run("tells")).toMatchObject({
			result: '{"round":1,"last":true}',
		});
		const third = { round: 3, failures: 1, retries: 2 };
		expect(await run("tells", third)).toMatchObject({
			result: '{"round":3,"last":false}',
		});
		expect(await run("tells", { ...third, failures: 2 })).toMatchObject({
			result: '{"round":3,"last":true}',
		});
	});

	test("knows the trace that its task belongs to", async () => {
		const trace = { traceparent: "00-a-b-01", tracestate: "x=1" };
		expect(await run("tellsTrace", { options: trace })).toMatchObject({
			result: JSON.stringify(trace),
		});
		expect(await run("tellsTrace")).toMatchObject({ result: "{}" });
	});

	test.each([
		["10s", 10_000],
		["366d", 366 * 24 * 3_600_000],
		[0, 0],
		[1.2, 2],
	])("can be put off by %j", async (duration, afterMs) => {
		const outcome = await run("snoozes", {}, duration);
		expect(outcome).toMatchObject({ kind: "snoozed", afterMs });
	});

	test.each(["367d", "soon", "", -1, null, { s: 1 }])(
		"cannot be put off by %j",
		async (duration) => {
			expect(await run("snoozes", {}, duration)).toMatchObject({
				kind: "failure",
				error: { message: expect.stringMatching(/^snooze takes a duration/) },
			});
		},
	);

	test.each([
		[{ retry: false }, { retry: false }],
		[{ retry: true }, {}],
		[{ retry: 0 }, {}],
		[{ retryAfter: "10s" }, { retryAfterMs: 10_000 }],
		[{ retryAfter: 1_500 }, { retryAfterMs: 1_500 }],
		[{ retryAfter: "2d" }, { retryAfterMs: BACKOFF_MS_MAX }],
		[{ retryAfter: "tomorrow" }, {}],
		[{ retryAfter: -5 }, {}],
	])("says by what it throws whether to try again: %j", async (wish, told) => {
		const outcome = await run("throwsWish", {}, wish);
		const { retry, retryAfterMs } = outcome as Record<string, unknown>;
		expect(outcome.kind).toBe("failure");
		expect(JSON.parse(JSON.stringify({ retry, retryAfterMs }))).toEqual(told);
	});
});

test("the settings of a handler are known, and that other handlers have none", () => {
	expect(executor.settingsOf("said")).toEqual({
		...{ retries: 3, timeoutMs: 300_000, killAfterMs: 100 },
		backoff: { type: "fixed", delay: "10s" },
	});
	for (const type of ["spins", "noop", "unheard-of", "__proto__"])
		expect(executor.settingsOf(type)).toEqual({});
	expect(KILL_AFTER_MS).toBe(5_000);
});
