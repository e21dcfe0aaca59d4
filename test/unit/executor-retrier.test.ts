/** When threads that did not load are tried again, and what is logged. */
import { beforeEach, expect, test } from "vitest";
import { Retrier, THREADS } from "../../node/executor/retrier.ts";
import { THREAD_RETRY_MS_MAX } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { RecordedLog } from "../contract/recorded-log.ts";

let clock: VirtualClock;
let log: RecordedLog;
let retrier: Retrier;
/** When each trial was made. */
let trialsMs: number[];
let outcome: (retrier: Retrier) => void;

beforeEach(() => {
	clock = new VirtualClock();
	log = new RecordedLog();
	trialsMs = [];
	outcome = (each) => each.failed("half a file");
	retrier = new Retrier(THREADS, clock, log, () => {
		trialsMs.push(clock.monoMs());
		outcome(retrier);
	});
});

function levels(): string[] {
	return log.entries.map(([level]) => level);
}

test("the pause doubles up to its limit, and the cause is logged once", async () => {
	retrier.failed("half a file");
	await clock.runFor(60_000);
	const pauses = trialsMs.map((ms, i) => ms - (trialsMs[i - 1] ?? 0));
	expect(pauses.slice(0, 5)).toEqual([250, 500, 1_000, 2_000, 4_000]);
	expect(pauses[5]).toBe(THREAD_RETRY_MS_MAX);
	expect(pauses.at(-1)).toBe(THREAD_RETRY_MS_MAX);
	expect(levels()).toEqual(["error"]);
});

test("threads that fail together are followed by one trial", async () => {
	for (let i = 0; i < 8; i++) retrier.failed("half a file");
	await clock.runFor(250);
	expect(trialsMs).toEqual([250]);
});

test("while a thread that did not load is still there none is tried, and then one at once", async () => {
	outcome = (each) => each.lingers();
	retrier.lingers();
	retrier.failed("half a file");
	await clock.runFor(60_000);
	expect(trialsMs).toEqual([]);
	retrier.gone();
	expect(trialsMs).toEqual([60_000]);
});

test("another cause is logged too", () => {
	retrier.failed("half a file");
	retrier.failed("a type is lost");
	expect(levels()).toEqual(["error", "error"]);
});

test("a thread that loads ends the trouble: that is logged once, and pauses are short again", async () => {
	expect(retrier.succeeded()).toBe(false);
	retrier.failed("half a file");
	await clock.runFor(10_000);
	expect(retrier.failing).toBe(true);
	expect(retrier.succeeded()).toBe(true);
	expect(retrier.succeeded()).toBe(false);
	expect(retrier.failing).toBe(false);
	expect(levels()).toEqual(["error", "info"]);
	const trials = trialsMs.length;
	await clock.runFor(60_000);
	expect(trialsMs).toHaveLength(trials);
	retrier.failed("half a file");
	await clock.runFor(250);
	expect(trialsMs).toHaveLength(trials + 1);
});

test("a retrier that was stopped tries and logs nothing", async () => {
	retrier.failed("half a file");
	retrier.stop();
	retrier.failed("a type is lost");
	expect(retrier.succeeded()).toBe(false);
	await clock.runFor(60_000);
	expect(trialsMs).toEqual([]);
	expect(levels()).toEqual(["error"]);
});
