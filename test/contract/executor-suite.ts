/**
 * What every `Executor` promises. Jobs are scripts (see `test/fakes/executor.ts`)
 * of the type `scripted`; the executor has one shared worker.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Executor, Job } from "../../node/ports.ts";
import type { Script } from "../fakes/executor.ts";
import { begin, job } from "./executor-jobs.ts";

function scripted(id: string, script: Script, more: Partial<Job> = {}): Job {
	return job(id, { payload: JSON.stringify(script), ...more });
}

const forever: Script = { durationMs: "forever" };
const deaf: Script = { durationMs: "forever", deaf: true };

export function describeExecutor(
	name: string,
	make: () => Promise<Executor>,
): void {
	describe(name, () => {
		let executor: Executor;
		beforeEach(async () => {
			executor = await make();
		});
		afterEach(() => executor.stop());

		/** In the one shared worker, in the order in which they were run. */
		async function allHaveBegun(): Promise<void> {
			await executor.run(scripted("quick", {}));
		}

		test("it names the types that it runs", () => {
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

		test("what it throws says whether, and how soon, another attempt is of use", async () => {
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

		test("a task that asks to be put off is, unless it throws", async () => {
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

		test("of several times in which a task is to stop the one that is over first counts", async () => {
			const long = begin(executor, scripted("a", deaf));
			for (const graceMs of [60_000, 20, 60_000]) long.abort("", graceMs);
			expect(await long.outcome).toEqual({ kind: "aborted" });
		});

		describe("a task with a timeout", () => {
			const soon = { timeoutMs: 20, killAfterMs: 60_000 };
			const timeout = {
				...{ kind: "timeout", ranMs: expect.any(Number) },
				error: expect.objectContaining({
					code: "timeout",
					message: expect.stringMatching(/its timeout of 20ms/),
				}),
			};

			describe.each([
				["with others", {}],
				["alone", { alone: true }],
				["isolated", { isolated: true }],
			])("that runs %s", (_, apart) => {
				test("and ends in time has its result", async () => {
					const long = { ...apart, timeoutMs: 60_000 };
					expect(
						await executor.run(scripted("a", { value: 1 }, long)),
					).toMatchObject({ kind: "success", result: "1" });
				});

				test("is told to stop, and ends by that", async () => {
					const late = scripted("a", forever, { ...soon, ...apart });
					const outcome = await executor.run(late);
					expect(outcome).toEqual(timeout);
					expect("ranMs" in outcome && outcome.ranMs).toBeGreaterThan(15);
				});

				test("and does not stop is ended", async () => {
					const hard = { ...soon, ...apart, killAfterMs: 20 };
					const outcome = await executor.run(scripted("a", deaf, hard));
					expect(outcome).toEqual(timeout);
					expect("ranMs" in outcome && outcome.ranMs).toBeGreaterThan(35);
				});

				test("and returns after its signal has its result", async () => {
					const script = { durationMs: 100, deaf: true, value: 1 };
					const late = scripted("a", script, { ...soon, ...apart });
					expect(await executor.run(late)).toMatchObject({
						...{ kind: "success", result: "1" },
					});
				});
			});

			test("harms no other when it stops", async () => {
				const mate = begin(executor, scripted("mate", forever));
				await executor.run(scripted("a", forever, soon));
				mate.abort("enough", 60_000);
				expect(await mate.outcome).toEqual({ kind: "aborted" });
			});

			test("and has to be ended displaces the others in its worker, and none that come later", async () => {
				const mate = executor.run(scripted("mate", forever));
				const hard = { ...soon, killAfterMs: 20 };
				const outcome = executor.run(scripted("a", deaf, hard));
				expect(await outcome).toEqual(timeout);
				expect(await mate).toEqual({ kind: "displaced", suspect: false });
				const next = await executor.run(scripted("next", {}));
				expect(next.kind).toBe("success");
			});

			test("that is told to stop for another reason has been aborted, as soon as that asks for", async () => {
				const late = begin(executor, scripted("a", deaf, soon));
				// Begins after it, and so is overdue after it.
				await executor.run(scripted("b", forever, soon));
				late.abort("the lease is lost", 20);
				expect(await late.outcome).toEqual({ kind: "aborted" });
			});

			test("that was told to stop before has been aborted", async () => {
				const late = begin(executor, scripted("a", deaf, soon));
				late.abort("the lease is lost", 60);
				expect(await late.outcome).toEqual({ kind: "aborted" });
			});
		});

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
			expect(await held.outcome).toEqual({ kind: "aborted" });
		});

		test("a task that heeds its signal harms no other when aborted", async () => {
			const mate = begin(executor, scripted("mate", forever));
			const held = begin(executor, scripted("held", forever));
			await allHaveBegun();
			held.abort("cancelled", 60_000);
			expect(await held.outcome).toEqual({ kind: "aborted" });
			mate.abort("cancelled", 60_000);
			expect(await mate.outcome).toEqual({ kind: "aborted" });
		});

		test("a task that ignores its signal is ended by force, and the others in its worker are displaced", async () => {
			const mate = executor.run(scripted("mate", forever));
			const held = begin(executor, scripted("held", deaf));
			await allHaveBegun();
			held.abort("cancelled", 20);
			expect(await held.outcome).toEqual({ kind: "aborted" });
			expect(await mate).toEqual({ kind: "displaced", suspect: false });
			const next = await executor.run(scripted("next", {}));
			expect(next.kind).toBe("success");
		});

		test("a task that ends in good order after it was aborted is aborted all the same", async () => {
			const slow: Script = { durationMs: 50, deaf: true };
			const late = begin(executor, scripted("late", slow));
			await allHaveBegun();
			late.abort("cancelled", 60_000);
			expect(await late.outcome).toEqual({ kind: "aborted" });
		});

		test("an abort names the attempt: another attempt of the same task goes on", async () => {
			const old = begin(executor, scripted("a", forever, { token: 1 }));
			const newer = begin(executor, scripted("a", forever, { token: 2 }));
			await allHaveBegun();
			old.abort("lease lost", 60_000);
			expect(await old.outcome).toEqual({ kind: "aborted" });
			newer.abort("lease lost", 60_000);
			expect(await newer.outcome).toEqual({ kind: "aborted" });
		});

		test("an abort of what does not run does nothing", async () => {
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
			expect(await mate).toEqual({ kind: "displaced", suspect: false });
		});

		test("where it cannot be told who killed the worker, all in it are suspects", async () => {
			const mate = executor.run(scripted("mate", forever));
			const culprit = await executor.run(scripted("culprit", { end: "die" }));
			expect(culprit).toEqual({ kind: "displaced", suspect: true });
			expect(await mate).toEqual({ kind: "displaced", suspect: true });
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
					const outcome = await executor.run(scripted("a", { end }, apart));
					expect(outcome).toMatchObject({ kind: "crashed" });
					mate.abort("enough", 60_000);
					expect(await mate.outcome).toEqual({ kind: "aborted" });
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
				const begun = begin(executor, scripted("a", script, apart));
				begun.abort("cancelled", 20);
				expect(await begun.outcome).toEqual({ kind: "aborted" });
			});
		});

		test("a task that ends its process has crashed, and harms nobody, when it runs isolated", async () => {
			const mate = begin(executor, scripted("mate", forever));
			const alone = begin(
				executor,
				scripted("alone", forever, { alone: true }),
			);
			const outcome = await executor.run(
				scripted("a", { end: "kill" }, { isolated: true }),
			);
			expect(outcome).toMatchObject({ kind: "crashed" });
			for (const { abort, outcome } of [mate, alone]) {
				abort("enough", 60_000);
				expect(await outcome).toEqual({ kind: "aborted" });
			}
		});

		test("stop aborts what runs, and what is run after", async () => {
			const running = [
				executor.run(scripted("heeds", forever)),
				executor.run(scripted("deaf", deaf)),
				executor.run(scripted("alone", forever, { alone: true })),
				executor.run(scripted("isolated", deaf, { isolated: true })),
			];
			await executor.stop();
			expect(await Promise.all(running)).toEqual(
				running.map(() => ({ kind: "aborted" })),
			);
			expect(await executor.run(scripted("late", {}))).toEqual({
				kind: "aborted",
			});
		});
	});
}
