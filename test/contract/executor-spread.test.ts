/** Which threads jobs run in: the short ones share one, the long ones are spread. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { createExecutor } from "../../node/executor/executor.ts";
import type { Executor } from "../../node/ports.ts";
import { systemClock } from "../../node/world.ts";
import { job } from "./executor-jobs.ts";
import { RecordedLog } from "./recorded-log.ts";

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

/** Runs ten at once, each so long, and counts the threads that they were in. */
async function threadsOfTen(ms: number): Promise<number> {
	const outcomes = await Promise.all(
		Array.from({ length: 10 }, (_, i) => {
			const payload = JSON.stringify({ ms });
			return executor.run(job(`${i}`, { type: "spinsAndTells", payload }));
		}),
	);
	return new Set(
		outcomes.map((outcome) => outcome.kind === "success" && outcome.result),
	).size;
}

test("one at a time, even long ones stay in one thread", async () => {
	const threads = new Set<unknown>();
	for (let i = 0; i < 5; i++) {
		const outcome = await executor.run(
			job(`${i}`, { type: "spinsAndTells", payload: '{"ms":10}' }),
		);
		threads.add(outcome.kind === "success" && outcome.result);
	}
	expect(threads.size).toBe(1);
});

test("the first of a type are spread; short ones share a thread from then on, until they are long", async () => {
	expect(await threadsOfTen(0)).toBe(2);
	// The first went through slowly, as a thread had to be started for them.
	for (let i = 0; i < 50; i++) await threadsOfTen(0);
	// Most, not all: those behind one that this machine held up look long.
	const rounds = 50;
	let shared = 0;
	for (let i = 0; i < rounds; i++)
		if ((await threadsOfTen(0)) === 1) shared += 1;
	expect(shared).toBeGreaterThan(rounds / 2);
	await threadsOfTen(10);
	expect(await threadsOfTen(10)).toBe(2);
});
