/** What every `Executor` promises of tasks with a timeout: a part of `executor-suite.ts`. */
import { describe, expect, test } from "vitest";
import {
	aborted,
	begin,
	deaf,
	type ExecutorBench,
	forever,
	scripted,
} from "./executor-jobs.ts";

export function describeTimeouts(bench: () => ExecutorBench): void {
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
					await bench().executor.run(scripted("a", { value: 1 }, long)),
				).toMatchObject({ kind: "success", result: "1" });
			});

			test("is told to stop, and ends by that", async () => {
				const late = scripted("a", forever, { ...soon, ...apart });
				const outcome = await bench().executor.run(late);
				expect(outcome).toEqual(timeout);
				expect("ranMs" in outcome && outcome.ranMs).toBeGreaterThan(15);
			});

			test("and does not stop is ended", async () => {
				const hard = { ...soon, ...apart, killAfterMs: 20 };
				const outcome = await bench().executor.run(scripted("a", deaf, hard));
				expect(outcome).toEqual(timeout);
				expect("ranMs" in outcome && outcome.ranMs).toBeGreaterThan(35);
			});

			test("and returns after its signal has its result", async () => {
				const script = { durationMs: 100, deaf: true, value: 1 };
				const late = scripted("a", script, { ...soon, ...apart });
				expect(await bench().executor.run(late)).toMatchObject({
					...{ kind: "success", result: "1" },
				});
			});
		});

		test("harms no other when it stops", async () => {
			const mate = begin(bench().executor, scripted("mate", forever));
			await bench().executor.run(scripted("a", forever, soon));
			mate.abort("enough", 60_000);
			expect(await mate.outcome).toEqual(aborted);
		});

		test("and has to be ended by force displaces the others in its worker, and none that come later", async () => {
			const mate = bench().executor.run(scripted("mate", forever));
			const hard = { ...soon, killAfterMs: 20 };
			const outcome = bench().executor.run(scripted("a", deaf, hard));
			expect(await outcome).toEqual(timeout);
			expect(await mate).toMatchObject({ kind: "displaced", suspect: false });
			const next = await bench().executor.run(scripted("next", {}));
			expect(next.kind).toBe("success");
		});

		test("that is told to stop for another reason is aborted, and as soon as that reason asks", async () => {
			const late = begin(bench().executor, scripted("a", deaf, soon));
			// It begins after the other, and so is overdue after it.
			await bench().executor.run(scripted("b", forever, soon));
			late.abort("the lease is lost", 20);
			expect(await late.outcome).toEqual(aborted);
		});

		test("that was told to stop before its timeout is aborted", async () => {
			const late = begin(bench().executor, scripted("a", deaf, soon));
			await bench().begun("a");
			late.abort("the lease is lost", 60);
			expect(await late.outcome).toEqual(aborted);
		});
	});
}
