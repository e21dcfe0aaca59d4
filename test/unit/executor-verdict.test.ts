import { expect, test } from "vitest";
import {
	type Death,
	outcomeOfDeath,
	outcomeOfEnd,
} from "../../node/executor/verdict.ts";
import { job } from "../contract/executor-jobs.ts";

const ended: Death = { kind: "ended" };
const mine: Death = { kind: "attributed", culprit: 7, message: "exit" };
const anothers: Death = { kind: "attributed", culprit: 6, message: "exit" };
const unloaded: Death = { kind: "unloaded", message: "half a file" };
const unexplained: Death = { kind: "unexplained", message: "heap" };

const OF_SEVEN = {
	...{ number: 7, overdue: false, begun: true, ranMs: 5 },
	job: job("seven", { timeoutMs: 2_000, killAfterMs: 1_000 }),
};
const aborted = { kind: "aborted", ranMs: 5 };
const innocent = { kind: "displaced", suspect: false, ranMs: 5 };
const suspect = { kind: "displaced", suspect: true, ranMs: 5 };

test.each([
	[
		"an aborted job is aborted, whoever ended the thread",
		ended,
		true,
		false,
		aborted,
	],
	[
		"an aborted job is aborted even where it killed the thread",
		mine,
		true,
		true,
		aborted,
	],
	[
		"a thread that the node ends displaces its other jobs",
		ended,
		false,
		false,
		innocent,
	],
	["… also the last one", ended, false, true, innocent],
	[
		"the job that was named has crashed",
		mine,
		false,
		false,
		{ kind: "crashed", message: "exit", ranMs: 5 },
	],
	["a job beside it is innocent", anothers, false, false, innocent],
	[
		"a job that inherits a dead job's mess is innocent too",
		anothers,
		false,
		true,
		innocent,
	],
	[
		"nobody is to blame for a thread that did not load",
		unloaded,
		false,
		false,
		innocent,
	],
	["… nor the only one in it", unloaded, false, true, innocent],
	[
		"with no name, each of several is a suspect",
		unexplained,
		false,
		false,
		suspect,
	],
	[
		"with no name, the only one did it",
		unexplained,
		false,
		true,
		{ kind: "crashed", message: "heap", ranMs: 5 },
	],
] as const)("%s", (_, death, wasAborted, only, expected) => {
	const bereaved = { ...OF_SEVEN, aborted: wasAborted, only };
	expect(outcomeOfDeath(bereaved, death)).toEqual(expected);
});

test.each([
	["that the node ends is what ends it", ended, false, "timeout"],
	["that another job ends, too", anothers, false, "timeout"],
	["that it ends itself it has crashed", mine, false, "crashed"],
	["that dies with it alone, too", unexplained, true, "crashed"],
	["that somebody killed makes it a suspect", unexplained, false, "displaced"],
] as const)("an overdue job's thread %s", (_, death, only, kind) => {
	const bereaved = { ...OF_SEVEN, aborted: false, overdue: true, only };
	expect(outcomeOfDeath(bereaved, death)).toMatchObject({ kind });
	const told = { ...bereaved, aborted: true };
	expect(outcomeOfDeath(told, death)).toEqual(aborted);
});

test("an overdue job that returns has its result; what it throws is told with the timeout, unless it threw that itself", () => {
	const live = { job: OF_SEVEN.job, aborted: false, overdue: true };
	const success = { kind: "success", result: "1", ranMs: 5 } as const;
	const failure = (code: string) =>
		({ kind: "failure", error: { code, message: "m" }, ranMs: 5 }) as const;
	const timeout = {
		kind: "timeout",
		error: {
			code: "timeout",
			message:
				"the task ran longer than its timeout of 2s; give it more time, or less to do",
		},
		ranMs: 5,
	};
	expect(outcomeOfEnd(live, success)).toEqual(success);
	expect(outcomeOfEnd(live, failure("timeout"))).toEqual(timeout);
	const cause = { code: "failed", message: "m" };
	expect(outcomeOfEnd(live, failure("failed"))).toEqual({
		...timeout,
		error: { ...timeout.error, cause },
	});
	const inTime = { ...live, overdue: false };
	expect(outcomeOfEnd(inTime, failure("failed"))).toEqual(failure("failed"));
	expect(outcomeOfEnd({ ...live, aborted: true }, success)).toEqual(aborted);
});

test.each([ended, mine, unexplained, unloaded])(
	"a job that was told to stop before it began has not begun, however its thread ends: %j",
	(death) => {
		const told = { ...OF_SEVEN, aborted: true, begun: false, only: true };
		expect(outcomeOfDeath(told, death)).toEqual({ kind: "not-begun" });
	},
);
