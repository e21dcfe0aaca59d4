import { expect, test } from "vitest";
import type { JobOutcome } from "../../node/ports.ts";
import { VirtualClock } from "../clock.ts";
import { job } from "../contract/executor-jobs.ts";
import { FakeExecutor } from "../fakes/executor.ts";

const events = { began() {}, killed() {} };

test("a job of the fake executor takes the virtual time that its script says", async () => {
	const clock = new VirtualClock();
	const executor = new FakeExecutor(clock, ["scripted"], events);
	let outcome: JobOutcome | undefined;
	void executor
		.run(job("a", { payload: '{"durationMs":3600000,"value":1}' }))
		.then((settled) => {
			outcome = settled;
		});
	await clock.runFor(3_599_999);
	expect(outcome).toBeUndefined();
	await clock.runFor(1);
	expect(outcome).toEqual({ kind: "success", result: "1", ranMs: 3_600_000 });
});

test("a crash of the fake's shared worker makes suspects of all jobs in it, and does not touch those that run alone", async () => {
	const clock = new VirtualClock();
	const executor = new FakeExecutor(clock, ["scripted"], events);
	const forever = '{"durationMs":"forever"}';
	const shared = ["a", "b"].map((id) =>
		executor.run(job(id, { payload: forever })),
	);
	const alone = executor.run(job("c", { payload: forever, alone: true }));
	await clock.runFor(0);
	executor.crashWorker();
	expect(await Promise.all(shared)).toEqual([
		{ kind: "displaced", suspect: true },
		{ kind: "displaced", suspect: true },
	]);
	await executor.stop();
	expect(await alone).toEqual({ kind: "aborted", ranMs: 0 });
});
