/** Runner: what becomes of a task that is delivered while an older attempt of it runs. */
import { expect, test } from "vitest";
import type { Executor, Job, JobOutcome } from "../../node/ports.ts";
import { RunMeter } from "../../node/work/run-meter.ts";
import { Runner } from "../../node/work/runner.ts";
import { NO_SETTINGS } from "../../protocol/handler-settings.ts";
import { KILL_AFTER_MS } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { claimedTask } from "../new-task.ts";
import { NO_EXIT } from "../stand-ins.ts";

const SHARD = 0;
const SUCCESS: JobOutcome = { kind: "success", result: "1", ranMs: 0 };
const ABORTED: JobOutcome = { kind: "aborted", ranMs: 0 };

/** A runner with two slots, and what befalls its jobs, which end when the test says so. */
function runnerOf(more: Partial<Executor> = {}) {
	const ends = new Map<number, (outcome: JobOutcome) => void>();
	const said: string[] = [];
	const jobs: Job[] = [];
	const runner = new Runner({
		clock: new VirtualClock(),
		executor: {
			run: (job: Job) => {
				const { token } = job;
				jobs.push(job);
				said.push(`begin ${token}`);
				return new Promise<JobOutcome>((end) => ends.set(token, end));
			},
			abort: ({ token }: Job) => said.push(`abort ${token}`),
			expectIsolated: () => said.push("expect"),
			answers: true,
			settingsOf: () => NO_SETTINGS,
			...more,
		} as unknown as Executor,
		concurrency: 2,
		abortGraceMs: 1,
		exits: [
			{
				...NO_EXIT,
				finisher: {
					...NO_EXIT.finisher,
					finish: ({ token, state }) =>
						said.push(
							state === "CANCELLED" ? `cancelled ${token}` : `report ${token}`,
						),
					giveBack: ({ token }) => said.push(`give back ${token}`),
				},
			},
		],
		meter: new RunMeter(),
		turns: { slotsFreed() {} },
	});
	const deliver = (id: string, token: number, losses = 0) => {
		expect(runner.reserve(1, false)).toBe(1);
		runner.deliver(SHARD, [{ ...claimedTask(id, token), losses }]);
	};
	const end = async (token: number, outcome: JobOutcome) => {
		ends.get(token)?.(outcome);
		await settled();
	};
	return { runner, said, jobs, deliver, end };
}

function settled(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}

test("a task that runs here already begins anew only when its older attempt is over, which says nothing more", async () => {
	const { runner, said, deliver, end } = runnerOf();
	deliver("a", 1);
	deliver("a", 2);
	await settled();
	expect(said).toEqual(["begin 1", "abort 1"]);
	expect(runner.freeSlots).toBe(0);
	await end(1, SUCCESS);
	expect(said).toEqual(["begin 1", "abort 1", "begin 2"]);
	await end(2, SUCCESS);
	expect(said.slice(3)).toEqual(["report 2"]);
	expect(runner.freeSlots).toBe(2);
});

test("an attempt that comes twice, or after a newer one, is dropped and its slot is free", async () => {
	const { runner, said, deliver, end } = runnerOf();
	deliver("a", 2);
	deliver("a", 2);
	deliver("a", 1);
	await settled();
	expect(said).toEqual(["begin 2"]);
	expect(runner.freeSlots).toBe(1);
	await end(2, SUCCESS);
	expect(said).toEqual(["begin 2", "report 2"]);
	expect(runner.freeSlots).toBe(2);
});

test("other tasks do not wait for a task whose older attempt still runs", async () => {
	const { said, deliver } = runnerOf();
	deliver("a", 1);
	deliver("b", 2);
	expect(said).toEqual(["begin 1", "begin 2"]);
});

test("an attempt that waits for an older one to end never begins once it is told to stop", async () => {
	const { runner, said, deliver, end } = runnerOf();
	deliver("a", 1);
	deliver("a", 2);
	runner.abandon(SHARD, "the lease was taken over");
	await end(1, ABORTED);
	expect(said.filter((each) => !each.startsWith("abort"))).toEqual(["begin 1"]);
	expect(runner.freeSlots).toBe(2);
});

test("an attempt that waits for an older one to end is given back when the node stops", async () => {
	const { runner, said, deliver, end } = runnerOf();
	deliver("a", 1);
	deliver("a", 2);
	runner.giveUp("the node is stopping");
	await end(1, ABORTED);
	expect(said).toContain("give back 2");
	expect(said).not.toContain("give back 1");
	expect(said).not.toContain("begin 2");
	expect(runner.running).toBe(0);
});

test("a task that is handed back ends its older attempt here first", async () => {
	const { runner, said, deliver, end } = runnerOf();
	deliver("a", 1);
	deliver("b", 2);
	runner.handBack(SHARD, [claimedTask("a", 3), claimedTask("c", 4)], 0);
	expect(said.slice(2)).toEqual(["abort 1", "give back 4"]);
	await end(1, ABORTED);
	expect(said.slice(4)).toEqual(["give back 3"]);
	await end(2, SUCCESS);
	expect(runner.freeSlots).toBe(2);
});

test("an attempt that is handed back beside a newer one, or itself, is dropped", async () => {
	const { runner, said, deliver } = runnerOf();
	deliver("a", 2);
	runner.handBack(SHARD, [claimedTask("a", 1), claimedTask("a", 2)], 0);
	await settled();
	expect(said).toEqual(["begin 2"]);
});

test("among attempts that are let go only those that still run are stopped, by their very token, and say nothing more", async () => {
	const { runner, said, deliver, end } = runnerOf();
	deliver("a", 1);
	deliver("b", 2);
	const gone = { id: "c", token: 3 };
	const older = { id: "b", token: 1 };
	const task = { id: "a", token: 1 };
	expect(runner.letGo(SHARD, [gone, older, task], "forgotten")).toBe(1);
	expect(runner.letGo(SHARD, [task], "forgotten")).toBe(0);
	expect([...runner.goingOn(SHARD)].map(({ id }) => id)).toEqual(["b"]);
	await end(1, ABORTED);
	await end(2, SUCCESS);
	expect(said).toEqual(["begin 1", "begin 2", "abort 1", "report 2"]);
});

test("a task that has lost a node makes the executor ready for those that have to run isolated", async () => {
	const { said, deliver } = runnerOf();
	deliver("a", 1);
	expect(said).toEqual(["begin 1"]);
	deliver("b", 2, 1);
	expect(said.slice(1)).toEqual(["expect", "begin 2"]);
});

test.each<[JobOutcome, string]>([
	[ABORTED, "cancelled 1"],
	[
		{ kind: "failure", error: { code: "x", message: "" }, ranMs: 1 },
		"cancelled 1",
	],
	[SUCCESS, "report 1"],
])(
	"a task that is cancelled is stopped; after %j it is told: %s",
	async (outcome, told) => {
		const { runner, said, deliver, end } = runnerOf();
		deliver("a", 1);
		runner.cancel(SHARD, [{ id: "a", token: 2 }]);
		expect(said).toEqual(["begin 1"]);
		runner.cancel(SHARD, [{ id: "a", token: 1 }]);
		runner.cancel(SHARD, [{ id: "a", token: 1 }]);
		expect(said).toEqual(["begin 1", "abort 1"]);
		await end(1, outcome);
		expect(said.slice(2)).toEqual([told]);
	},
);

test("nothing is reported about a cancelled task once its lease is lost", async () => {
	const { runner, said, deliver, end } = runnerOf();
	deliver("a", 1);
	runner.cancel(SHARD, [{ id: "a", token: 1 }]);
	runner.abandon(SHARD, "the lease was taken over");
	await end(1, ABORTED);
	expect(said).toEqual(["begin 1", "abort 1", "abort 1"]);
});

test("what became of a task is reported while its lease is only doubted, and no longer once it is lost", async () => {
	const { runner, said, deliver, end } = runnerOf();
	deliver("a", 1);
	deliver("b", 2);
	runner.distrust(SHARD, "the lease may be lost");
	await end(1, ABORTED);
	await end(2, SUCCESS);
	expect(said.slice(4)).toEqual(["give back 1", "report 2"]);
	deliver("c", 3);
	runner.distrust(SHARD, "the lease may be lost");
	runner.abandon(SHARD, "the lease was taken over");
	await end(3, ABORTED);
	expect(said.slice(6)).toEqual(["begin 3", "abort 3", "abort 3"]);
});

test("a cancelled task that runs on is this node's to end, until its lease is lost or there is a newer attempt", () => {
	const { runner, said, deliver } = runnerOf();
	deliver("a", 1);
	const task = { id: "a", token: 1 };
	runner.cancel(SHARD, [task]);
	expect([...runner.goingOn(SHARD)]).toHaveLength(1);
	// It is no surprise then: whoever cancels by force takes the task from its holder.
	expect(runner.letGo(SHARD, [task], "forgotten")).toBe(0);
	expect([...runner.goingOn(SHARD)]).toEqual([]);
	expect(said).toEqual(["begin 1", "abort 1", "abort 1"]);
});

test("a handler's setting counts for a task that has none of its own", async () => {
	const { jobs, deliver } = runnerOf({
		settingsOf: () => ({ retries: 3, timeoutMs: 5_000, killAfterMs: 100 }),
	});
	deliver("a", 1);
	await settled();
	expect(jobs).toMatchObject([
		{ retries: 3, timeoutMs: 5_000, killAfterMs: 100 },
	]);
	const plain = runnerOf();
	plain.deliver("a", 1);
	await settled();
	expect(plain.jobs).toMatchObject([
		{ retries: 0, timeoutMs: undefined, killAfterMs: KILL_AFTER_MS },
	]);
});

test("a node none of whose threads answers has no free slots", () => {
	expect(runnerOf({ answers: false }).runner.freeSlots).toBe(0);
	expect(runnerOf().runner.freeSlots).toBe(2);
});

test("a task that has not begun is given back, and its slot is free again", async () => {
	const { runner, said, deliver, end } = runnerOf();
	deliver("a", 1);
	await settled();
	await end(1, { kind: "not-begun" });
	expect(said).toEqual(["begin 1", "give back 1"]);
	expect(runner.freeSlots).toBe(2);
});

test("a task that is to run on when its lease is lost is not stopped, and brings its result unless it is known to be another's", async () => {
	const { runner, said, end } = runnerOf();
	const deliver = (id: string, token: number) => {
		const options = { onLeaseLost: "continue" as const };
		expect(runner.reserve(1, false)).toBe(1);
		runner.deliver(SHARD, [{ ...claimedTask(id, token), options }]);
	};
	deliver("a", 1);
	deliver("b", 2);
	runner.distrust(SHARD, "the lease may be lost");
	expect(runner.letGo(SHARD, [{ id: "b", token: 2 }], "taken")).toBe(1);
	expect([...runner.goingOn(SHARD)].map(({ id }) => id)).toEqual(["a"]);
	await end(1, SUCCESS);
	await end(2, SUCCESS);
	expect(said).toEqual(["begin 1", "begin 2", "report 1"]);
	deliver("c", 3);
	deliver("c", 4);
	expect(said.slice(3)).toEqual(["begin 3", "abort 3"]);
	runner.giveUp("the node stops");
	expect(said.slice(5).sort()).toEqual(["abort 3", "abort 4"]);
});

test("no more tasks of a type run than its handler says: those beyond are given back, with their slots", async () => {
	const { runner, said, deliver, end } = runnerOf({
		settingsOf: () => ({ concurrency: 1 }),
	});
	const route = "default|work|";
	expect(runner.roomFor(route)).toBe(1);
	deliver("a", 1);
	expect(runner.roomFor(route)).toBe(0);
	deliver("b", 2);
	await settled();
	expect(said).toEqual(["begin 1", "give back 2"]);
	expect(runner.freeSlots).toBe(1);
	await end(1, SUCCESS);
	expect(runner.roomFor(route)).toBe(1);
	deliver("b", 3);
	expect(runner.running).toBe(1);
});
