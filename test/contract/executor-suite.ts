/**
 * What every `Executor` promises. Jobs are scripts (see `test/fakes/executor.ts`)
 * of the type `scripted`; the executor has one shared worker.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Executor } from "../../node/ports.ts";
import type { Script } from "../fakes/executor.ts";
import {
	aborted,
	begin,
	deaf,
	type ExecutorBench,
	forever,
	scripted,
} from "./executor-jobs.ts";
import { describeTimeouts } from "./executor-suite-timeouts.ts";

export function describeExecutor(
	name: string,
	make: () => Promise<ExecutorBench>,
): void {
	describe(name, () => {
		let executor: Executor;
		let begun: ExecutorBench["begun"];
		beforeEach(async () => {
			({ executor, begun } = await make());
		});
		afterEach(() => executor.stop());

		/** In the one shared worker, in the order in which they were run. */
		async function allHaveBegun(): Promise<void> {
			await executor.run(scripted("quick", {}));
		}

		test("an executor names the types that it runs", () => {
			expect(executor.types).toContain("scripted");
		});

		test("what a task returns is its result, as JSON text", async () => {
			const outcome = await executor.run(scripted("a", { value: { x: [1] } }));
			expect(outcome).toMatchObject({ kind: "success", result: '{"x":[1]}' });
		});

		test("what a task throws is its error", async () => {
			const task = scripted("a", { end: "throw", value: "no such card" });
			expect(await executor.run(task)).toMatchObject({
				kind: "failure",
				error: { code: "failed", message: "no such card" },
			});
		});

		test("a thrown error says whether, and how soon, another attempt is of use", async () => {
			const plain = await executor.run(scripted("a", { end: "throw" }));
			expect(plain).not.toHaveProperty("retry");
			expect(plain).not.toHaveProperty("retryAfterMs");
			expect(
				await executor.run(scripted("b", { end: "throw", retry: false })),
			).toMatchObject({ kind: "failure", retry: false });
			expect(
				await executor.run(scripted("c", { end: "throw", retryAfter: 1_500 })),
			).toMatchObject({ kind: "failure", retryAfterMs: 1_500 });
		});

		test("a task that asks to be put off is put off, unless it throws", async () => {
			expect(
				await executor.run(scripted("a", { snooze: 1_500, value: 1 })),
			).toEqual({
				...{ kind: "snoozed", afterMs: 1_500 },
				ranMs: expect.any(Number),
			});
			expect(
				await executor.run(scripted("b", { snooze: 1_500, end: "throw" })),
			).toMatchObject({ kind: "failure" });
		});

		test("if a task is given several periods to stop in, the one that ends first counts", async () => {
			const long = begin(executor, scripted("a", deaf));
			await begun("a");
			for (const graceMs of [60_000, 20, 60_000]) long.abort("", graceMs);
			expect(await long.outcome).toEqual(aborted);
		});

		describeTimeouts(() => ({ executor, begun }));

		test("many tasks run at once", async () => {
			const held = begin(executor, scripted("held", forever));
			const quick = Array.from({ length: 300 }, (_, i) =>
				executor.run(scripted(`quick-${i}`, { value: i })),
			);
			const outcomes = await Promise.all(quick);
			expect(
				outcomes.map((outcome) => "result" in outcome && outcome.result),
			).toEqual(Array.from({ length: 300 }, (_, i) => String(i)));
			held.abort("enough", 1_000);
			expect(await held.outcome).toEqual(aborted);
		});

		test("a task that heeds its signal harms no other when aborted", async () => {
			const mate = begin(executor, scripted("mate", forever));
			const held = begin(executor, scripted("held", forever));
			await allHaveBegun();
			held.abort("cancelled", 60_000);
			expect(await held.outcome).toEqual(aborted);
			mate.abort("cancelled", 60_000);
			expect(await mate.outcome).toEqual(aborted);
		});

		test("a task that ignores its signal is ended by force, and the others in its worker are displaced", async () => {
			const mate = executor.run(scripted("mate", forever));
			const held = begin(executor, scripted("held", deaf));
			await allHaveBegun();
			held.abort("cancelled", 20);
			expect(await held.outcome).toEqual(aborted);
			expect(await mate).toMatchObject({ kind: "displaced", suspect: false });
			const next = await executor.run(scripted("next", {}));
			expect(next.kind).toBe("success");
		});

		test("a task that ignores its signal displaces none that came after it", async () => {
			const held = begin(executor, scripted("held", deaf));
			await begun("held");
			held.abort("cancelled", 50);
			const later = begin(executor, scripted("later", forever));
			expect(await held.outcome).toEqual(aborted);
			await begun("later");
			later.abort("enough", 60_000);
			expect(await later.outcome).toEqual(aborted);
		});

		test("a task that was aborted and then ends normally counts as aborted", async () => {
			const slow: Script = { durationMs: 50, deaf: true };
			const late = begin(executor, scripted("late", slow));
			await allHaveBegun();
			late.abort("cancelled", 60_000);
			expect(await late.outcome).toEqual(aborted);
		});

		test("an abort names the attempt: another attempt of the same task goes on", async () => {
			const old = begin(executor, scripted("a", forever, { token: 1 }));
			const newer = begin(executor, scripted("a", forever, { token: 2 }));
			await allHaveBegun();
			old.abort("lease lost", 60_000);
			expect(await old.outcome).toEqual(aborted);
			newer.abort("lease lost", 60_000);
			expect(await newer.outcome).toEqual(aborted);
		});

		test("aborting a task that does not run does nothing", async () => {
			executor.abort(scripted("nobody", {}), "cancelled", 0);
			const over = begin(executor, scripted("over", {}));
			expect((await over.outcome).kind).toBe("success");
			over.abort("cancelled", 0);
			expect((await executor.run(scripted("next", {}))).kind).toBe("success");
		});

		test("a task that ends its worker has crashed; the others in it are displaced and not suspected", async () => {
			const mate = executor.run(scripted("mate", forever));
			const culprit = await executor.run(scripted("culprit", { end: "exit" }));
			expect(culprit).toMatchObject({ kind: "crashed" });
			expect(await mate).toMatchObject({ kind: "displaced", suspect: false });
		});

		test("if nobody can tell which task killed the worker, all in it are suspects", async () => {
			const mate = executor.run(scripted("mate", forever));
			const culprit = await executor.run(scripted("culprit", { end: "die" }));
			expect(culprit).toMatchObject({ kind: "displaced", suspect: true });
			expect(await mate).toMatchObject({ kind: "displaced", suspect: true });
		});

		test("the only task in a worker that dies has crashed", async () => {
			const outcome = await executor.run(scripted("a", { end: "die" }));
			expect(outcome).toMatchObject({ kind: "crashed" });
		});

		describe.each([
			["alone", { alone: true }],
			["isolated", { isolated: true }],
		])("a task that runs %s", (_, apart) => {
			test.each(["die", "exit"] as const)(
				"crashes alone when its worker ends (%s)",
				async (end) => {
					const mate = begin(executor, scripted("mate", forever));
					await begun("mate");
					const outcome = await executor.run(scripted("a", { end }, apart));
					expect(outcome).toMatchObject({ kind: "crashed" });
					mate.abort("enough", 60_000);
					expect(await mate.outcome).toEqual(aborted);
				},
			);

			test("has its result, or its error, like any other", async () => {
				expect(
					await executor.run(scripted("a", { value: [1] }, apart)),
				).toMatchObject({ kind: "success", result: "[1]" });
				expect(
					await executor.run(scripted("b", { end: "throw" }, apart)),
				).toMatchObject({ kind: "failure", error: { code: "failed" } });
			});

			test.each([
				["that heeds its signal", forever],
				["that does not", deaf],
			])("is aborted like any other, one %s", async (__, script) => {
				const running = begin(executor, scripted("a", script, apart));
				await begun("a");
				running.abort("cancelled", 20);
				expect(await running.outcome).toEqual(aborted);
			});
		});

		test("a task that ends its process has crashed, and harms nobody, when it runs isolated", async () => {
			const mate = begin(executor, scripted("mate", forever));
			const alone = begin(
				executor,
				scripted("alone", forever, { alone: true }),
			);
			await Promise.all([begun("mate"), begun("alone")]);
			const outcome = await executor.run(
				scripted("a", { end: "kill" }, { isolated: true }),
			);
			expect(outcome).toMatchObject({ kind: "crashed" });
			for (const { abort, outcome } of [mate, alone]) {
				abort("enough", 60_000);
				expect(await outcome).toEqual(aborted);
			}
		});

		test("stop aborts all that runs, and all that is run later", async () => {
			const running = [
				executor.run(scripted("heeds", forever)),
				executor.run(scripted("deaf", deaf)),
				executor.run(scripted("alone", forever, { alone: true })),
				executor.run(scripted("isolated", deaf, { isolated: true })),
			];
			const ids = ["heeds", "deaf", "alone", "isolated"];
			await Promise.all(ids.map(begun));
			const unbegun = executor.run(scripted("unbegun", {}));
			await executor.stop();
			expect(await Promise.all(running)).toEqual(running.map(() => aborted));
			for (const run of [unbegun, executor.run(scripted("late", {}))])
				expect(await run).toEqual({ kind: "not-begun" });
		});

		test.each([
			["", {}],
			[" alone", { alone: true }],
			[" isolated", { isolated: true }],
		])(
			"a task to be run%s that is told to stop before its code begins has not begun",
			async (_, apart) => {
				const early = begin(executor, scripted("early", forever, apart));
				early.abort("cancelled", 60_000);
				expect(await early.outcome).toEqual({ kind: "not-begun" });
				const next = await executor.run(scripted("next", {}, apart));
				expect(next.kind).toBe("success");
			},
		);

		test.each([
			["that heeds its signal", forever, 60_000],
			["that is ended by force", deaf, 50],
		])(
			"a task that was told to stop has begun once its first line ran, one %s",
			async (_, script, graceMs) => {
				const apart = [{}, { alone: true }, { isolated: true }];
				const ids = ["shared", "alone", "isolated"];
				const running = apart.map((more, i) =>
					begin(executor, scripted(`${ids[i]}`, script, more)),
				);
				await Promise.all(ids.map(begun));
				await executor.run(scripted("a while", { durationMs: 100 }));
				for (const { abort } of running) abort("cancelled", graceMs);
				for (const { outcome } of running) {
					const over = await outcome;
					expect(over).toEqual(aborted);
					expect("ranMs" in over && over.ranMs).toBeGreaterThan(95);
				}
			},
		);
	});
}
