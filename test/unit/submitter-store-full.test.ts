/** A store without memory for new tasks: what is discarded for them, and what their senders are told. */
import { expect, test } from "vitest";
import { Trimmer } from "../../node/duties/trimmer.ts";
import { StoreError, type SubmitOutcome } from "../../node/ports.ts";
import { Submitter } from "../../node/work/submitter.ts";
import type { Keeps } from "../../protocol/keep.ts";
import {
	ENDED_KEPT_MS_MIN,
	STORE_RETRY_MS,
	SUBMIT_TIMEOUT_MS,
	TRIM_BATCH_MAX,
} from "../../protocol/limits.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { VirtualClock } from "../clock.ts";
import { RecordedLog } from "../contract/recorded-log.ts";
import { keeping } from "../keeping.ts";
import { AROUND_SUBMITTER, standInShard } from "../stand-ins.ts";

/** A store that takes tasks once it has been asked to trim so often, each time discarding one of these numbers. */
function fullStore(forgets: readonly number[], trimMs = 0) {
	const clock = new VirtualClock();
	const log = new RecordedLog();
	const calls: string[] = [];
	const left = [...forgets];
	const shard = standInShard({
		tasks: {
			async submit(tasks: readonly unknown[]): Promise<SubmitOutcome[]> {
				calls.push("submit");
				if (left.length > 0) throw new StoreError("full", "OOM");
				return tasks.map(() => ({ ok: true, created: true, seq: 1 }));
			},
			async trim(keeps: Keeps, leastMs: number): Promise<number> {
				calls.push(`trim to ${keeps.failures.number}, ${leastMs}`);
				await new Promise<void>((done) => clock.after(trimMs, done));
				return left.shift() ?? 0;
			},
		},
	});
	const retention = { keeps: keeping(10) };
	const trimmer = new Trimmer({ shard, clock, log, retention });
	const submitter = new Submitter({
		...AROUND_SUBMITTER,
		...{ shard, clock, log, trimmer },
	});
	const told: unknown[] = [];
	const submit = async (runMs: number) => {
		const task = {
			id: "one",
			route: "a|b|",
			priority: 5,
			options: PLAIN,
			payload: "1",
		};
		void submitter.submit(task).then((outcome) => told.push(outcome));
		await clock.runFor(runMs);
	};
	return { clock, log, calls, told, trimmer, submit };
}

const TRIM = `trim to 0, ${ENDED_KEPT_MS_MIN}`;
const FULL = { kind: "full" };

test.each([
	["as long as ended ones can be forgotten", [TRIM_BATCH_MAX, 7, 1]],
	["once more where there are none, as another node may have made room", [0]],
])("a full store is asked again %s", async (_, forgets) => {
	const { calls, told, submit } = fullStore(forgets);
	await submit(10);
	expect(told).toMatchObject([{ ok: true }]);
	const again = forgets.flatMap(() => [TRIM, "submit"]);
	expect(calls).toEqual(["submit", ...again]);
});

test("a store that stays full refuses tasks, is logged once, and is not asked for room all the time", async () => {
	const { clock, calls, log, told, submit } = fullStore([0, 0, 0]);
	await submit(10);
	await submit(10);
	expect(told).toMatchObject([FULL, FULL]);
	expect(calls).toEqual(["submit", TRIM, "submit", "submit"]);
	await clock.runFor(STORE_RETRY_MS);
	await submit(10);
	expect(told).toMatchObject([FULL, FULL, FULL]);
	expect(calls.slice(4)).toEqual(["submit", TRIM, "submit"]);
	expect(log.lines).toEqual([expect.stringMatching(/^no task is accepted/)]);
	await clock.runFor(STORE_RETRY_MS);
	await submit(10);
	expect(told.at(-1)).toMatchObject({ ok: true });
	expect(log.lines.at(-1)).toBe("tasks are accepted again");
});

test("a task that room came too late for was not sent, and never is", async () => {
	const { clock, calls, told, submit } = fullStore([5], 2 * SUBMIT_TIMEOUT_MS);
	await submit(SUBMIT_TIMEOUT_MS);
	expect(told).toMatchObject([FULL]);
	await clock.runFor(10 * SUBMIT_TIMEOUT_MS);
	expect(calls).toEqual(["submit", TRIM]);
});

test("a node that stops discards nothing for new tasks", async () => {
	const { calls, told, trimmer, submit } = fullStore([5]);
	trimmer.stop();
	await submit(10);
	expect(told).toMatchObject([FULL]);
	expect(calls).toEqual(["submit"]);
});
