/** What becomes of the jobs of a worker that has ended. */
import { expect, test } from "vitest";
import type { LiveJob } from "../../node/executor/live-job.ts";
import { ThreadJobs } from "../../node/executor/thread-jobs.ts";
import type { JobOutcome } from "../../node/ports.ts";

/** The outcome of this job in a process that died at 150 ms. */
function outcomeIn(
	loadedMs: number | undefined,
	beganMs: number | undefined,
): JobOutcome | undefined {
	const jobs = new ThreadJobs(undefined);
	let outcome: JobOutcome | undefined;
	jobs.put({
		job: { id: "a", token: 1, type: "x", payload: "1", attempt: 1 },
		settle: (how: JobOutcome) => {
			outcome = how;
		},
		...{ aborted: false, overdue: false, stopping: false, moved: false },
		...{ rounds: 0, costMs: 0, measured: true, beganMs },
		...{ home: undefined, thread: undefined, number: 0 },
	} as unknown as LiveJob);
	jobs.bury({ kind: "unexplained", message: "died" }, 150, loadedMs);
	return outcome;
}

test("a crash says how long the job ran: since the process reported its start, or else since it was let begin", () => {
	const crashed = { kind: "crashed", message: "died" };
	expect(outcomeIn(100, 120)).toEqual({ ...crashed, ranMs: 30 });
	expect(outcomeIn(100, undefined)).toEqual({ ...crashed, ranMs: 50 });
	expect(outcomeIn(undefined, undefined)).toEqual(crashed);
});
