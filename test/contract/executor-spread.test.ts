/** Which threads jobs run in: short ones share one, long ones are spread. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createExecutor } from "../../node/executor/executor.ts";
import type { Executor, JobOutcome } from "../../node/ports.ts";
import { systemClock } from "../../node/world/clock.ts";
import { job } from "./executor-jobs.ts";
import { RecordedLog } from "./recorded-log.ts";

const ROUNDS = 50;

let executor: Executor;

beforeEach(async () => {
	executor = await createExecutor({
		concurrency: 100,
		handlerFiles: ["test/fixtures/handlers/troubled.ts"],
		processTaskMs: 0,
		threads: 2,
		clock: systemClock,
		log: new RecordedLog(),
	});
});
afterEach(() => executor.stop());

interface Ten {
	/** How long each of them spins. */
	readonly ms: number;
	/** How long the node's own thread is busy before it hears of their ends. */
	readonly busyMs?: number;
	readonly fails?: boolean;
}

/** Runs ten jobs at once, and counts the threads in which they ran. */
async function threadsOfTen({
	ms,
	busyMs = 0,
	fails = false,
}: Ten): Promise<number> {
	const ended = Promise.all(
		Array.from({ length: 10 }, (_, i) => {
			const payload = JSON.stringify({ ms, fails });
			return executor.run(job(`${i}`, { type: "spinsAndTells", payload }));
		}),
	);
	// They leave the node's thread at the end of this turn.
	await Promise.resolve();
	const endMs = performance.now() + busyMs;
	while (performance.now() < endMs);
	const outcomes = await ended;
	return new Set(outcomes.map(threadOf)).size;
}

function threadOf(outcome: JobOutcome): number {
	if (outcome.kind === "success") return Number(outcome.result);
	assert(outcome.kind === "failure");
	return Number(outcome.error.message);
}

/** In how many of fifty rounds one thread had all ten. */
async function roundsShared(ten: Ten): Promise<number> {
	let shared = 0;
	for (let i = 0; i < ROUNDS; i++)
		if ((await threadsOfTen(ten)) === 1) shared += 1;
	return shared;
}

test("long tasks that come one at a time stay in one thread", async () => {
	const threads = new Set<number>();
	for (let i = 0; i < 5; i++) {
		const outcome = await executor.run(
			job(`${i}`, { type: "spinsAndTells", payload: '{"ms":10}' }),
		);
		threads.add(threadOf(outcome));
	}
	expect(threads.size).toBe(1);
});

test("the first tasks of a type are spread; short ones share a thread from then on, until they are long", async () => {
	expect(await threadsOfTen({ ms: 0 })).toBe(2);
	// The first ones were slow, as a thread had to be started for them.
	await roundsShared({ ms: 0 });
	// Most, not all: tasks behind one that this machine delayed look long.
	expect(await roundsShared({ ms: 0 })).toBeGreaterThan(ROUNDS / 2);
	await threadsOfTen({ ms: 10 });
	expect(await threadsOfTen({ ms: 10 })).toBe(2);
});

test("short tasks are not taken for long because the node hears their ends late", async () => {
	const heardLate = { ms: 0, busyMs: 20 };
	await roundsShared(heardLate);
	expect(await roundsShared(heardLate)).toBeGreaterThan(ROUNDS / 2);
});

test("failed tasks also show that a type is short", async () => {
	const failing = { ms: 0, fails: true };
	await roundsShared(failing);
	expect(await roundsShared(failing)).toBeGreaterThan(ROUNDS / 2);
});
