/** TaskExit: how a task leaves the node, and when its code is said to have begun. */
import { expect, test } from "vitest";
import type { JobOutcome } from "../../node/ports.ts";
import { leave } from "../../node/work/task-exit.ts";
import { claimedTask } from "../new-task.ts";
import { NO_EXIT } from "../stand-ins.ts";

const NOW_MS = 100_000;
const TASK = { ...claimedTask("a", 1), claimedMs: 10_000 };

/** What the finisher gets. */
function leftAs(outcome: JobOutcome, cancelled: boolean): object {
	const leaving = {
		...{ task: TASK, job: { retries: 0, failures: 0 }, backoff: {}, cancelled },
		why: "stopping" as const,
	};
	const renewer = { storeNowMs: () => NOW_MS };
	return leave(leaving, outcome, { random: NO_EXIT.random, renewer });
}

const RAN = { kind: "aborted", ranMs: 30_000 } as const;
const NOT_BEGUN = { kind: "not-begun" } as const;
const error = { code: "failed", message: "m" };

test.each([
	["stopped for a cancel", RAN, true, { end: "cancelled", startedMs: 70_000 }],
	[
		"that failed before it could be stopped for one",
		{ kind: "failure", error, ranMs: 1 },
		true,
		{ end: "cancelled", startedMs: 99_999 },
	],
	[
		"whose code cannot have begun before it was claimed",
		{ kind: "failure", error, ranMs: 95_000 },
		false,
		{ end: "failure", startedMs: 10_000 },
	],
] as const)(
	"a task %s ends with when its code began",
	(_, outcome, cancelled, expected) => {
		expect(leftAs(outcome, cancelled)).toMatchObject(expected);
	},
);

test.each([
	["that has not begun", NOT_BEGUN, "not-begun"],
	["that died with its worker", { kind: "crashed", message: "m" }, "crashed"],
	[
		"whose worker was ended",
		{ kind: "displaced", suspect: false },
		"handed-back",
	],
] as const)(
	"a task %s is given back, cancelled or not, and is not said to have begun if nobody knows when",
	(_, outcome, end) => {
		for (const cancelled of [false, true]) {
			const left = leftAs(outcome, cancelled);
			expect(left).toMatchObject({ end });
			expect(left).not.toHaveProperty("startedMs");
		}
	},
);

test("a task that was told to stop for another reason is handed back", () => {
	expect(leftAs(RAN, false)).toMatchObject({ end: "handed-back" });
});

test("a task that died with its worker is given back with when its code began, cancelled or not", () => {
	for (const cancelled of [false, true])
		for (const outcome of [
			{ kind: "crashed", message: "m", ranMs: 30_000 },
			{ kind: "displaced", suspect: false, ranMs: 30_000 },
		] as const)
			expect(leftAs(outcome, cancelled)).toMatchObject({ startedMs: 70_000 });
});
