/** How claims are gathered into batches, and the slots that bound them. */
import { describe, expect, test } from "vitest";
import {
	type ClaimReply,
	type Executor,
	type Job,
	type JobOutcome,
	type Log,
	StoreError,
} from "../../node/ports.ts";
import { Claimer } from "../../node/work/claimer.ts";
import { RunMeter } from "../../node/work/run-meter.ts";
import { Runner } from "../../node/work/runner.ts";
import { NO_SETTINGS } from "../../protocol/handler-settings.ts";
import { CLAIM_FILL_MS, CLAIMS_MAX } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { claimedTask } from "../new-task.ts";
import { AROUND_CLAIMER, NO_EXIT, standInShard } from "../stand-ins.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const ROUTE = "default|work|";

describe("slots", () => {
	function runnerOf(concurrency: number) {
		const finisher = { ...NO_EXIT.finisher, finish: () => finisher.unsent++ };
		const running = new Map<Job, (outcome: JobOutcome) => void>();
		const runner = new Runner({
			clock: new VirtualClock(),
			executor: {
				answers: true,
				settingsOf: () => NO_SETTINGS,
				run: (job: Job) =>
					new Promise<JobOutcome>((resolve) => running.set(job, resolve)),
			} as unknown as Executor,
			concurrency,
			abortGraceMs: 1,
			exits: [{ ...NO_EXIT, finisher }],
			meter: new RunMeter(),
			turns: { slotsFreed() {} },
		});
		/** Runs tasks in all free slots, to their end. */
		const round = async () => {
			const slots = runner.reserve(concurrency, false);
			runner.deliver(
				0,
				Array.from({ length: slots }, (_, i) => claimedTask(`${i}`, i)),
			);
			for (const end of running.values())
				end({ kind: "success", result: "1", ranMs: 0 });
			running.clear();
			await new Promise((resolve) => setImmediate(resolve));
			return slots;
		};
		return { finisher, runner, round };
	}

	test("a node whose store takes no ends stops, and goes on once they are on their way", async () => {
		const { finisher, runner, round } = runnerOf(10);
		for (let i = 0; i < 10; i++) await round();
		expect(finisher.unsent).toBe(20);
		expect(runner.freeSlots).toBe(0);
		finisher.unsent = 15;
		expect(runner.freeSlots).toBe(5);
		finisher.unsent = 0;
		expect(await round()).toBe(5);
	});

	test("half of the slots are reserved at once, or none if it must be all of them", () => {
		const { runner } = runnerOf(10);
		expect(runner.reserve(100, true)).toBe(5);
		expect(runner.reserve(3, true)).toBe(3);
		expect(runner.reserve(100, true)).toBe(0);
		expect(runner.reserve(100, false)).toBe(2);
	});
});

describe("claims", () => {
	function claimerOf(slots: number, share: number) {
		const clock = new VirtualClock();
		const node = { free: slots };
		const limits: number[] = [];
		const answers: ((reply: ClaimReply | StoreError) => void)[] = [];
		const claimer = new Claimer({
			shard: standInShard({
				tasks: {
					claim: ({ limit }: { limit: number }) => {
						limits.push(limit);
						return new Promise<ClaimReply>((resolve, reject) =>
							answers.push((reply) =>
								reply instanceof StoreError ? reject(reply) : resolve(reply),
							),
						);
					},
				},
			}),
			...{ clock, log },
			...AROUND_CLAIMER,
			slots: {
				...AROUND_CLAIMER.slots,
				reserve: (slotsMax, orNone) => {
					const wanted = Math.min(slotsMax, share);
					const got = Math.min(wanted, node.free);
					if (orNone && got < wanted) return 0;
					node.free -= got;
					return got;
				},
				release: (count) => {
					node.free += count;
				},
			},
		});
		/** Answers the oldest claim in full. */
		const answer = async (waiting: number) => {
			const count = limits[limits.length - answers.length] as number;
			const tasks = Array.from({ length: count }, (_, i) =>
				claimedTask(`${i}`, i),
			);
			answers.shift()?.({ ok: true, tasks, waiting: [waiting] });
			await clock.runFor(0);
		};
		/** Refuses the oldest claim. */
		const fail = async () => {
			answers.shift()?.(new StoreError("full", "it takes no writes"));
			await clock.runFor(0);
		};
		const free = async (count: number) => {
			node.free += count;
			claimer.kick();
			await clock.runFor(0);
		};
		return { clock, claimer, limits, answer, fail, free };
	}

	test("one is in flight while nothing is known to wait", async () => {
		const { clock, claimer, limits, answer } = claimerOf(100, 10);
		claimer.hint(ROUTE);
		claimer.hint(ROUTE);
		await clock.runFor(1_000);
		expect(limits).toEqual([10]);
		await answer(0);
		expect(limits).toEqual([10, 10]); // The second hint came after the first claim.
	});

	test("if more waits, full ones follow before the first is answered, up to a limit", async () => {
		const { claimer, limits, answer } = claimerOf(100, 10);
		claimer.hint(ROUTE);
		await answer(1_000);
		expect(limits).toEqual(Array(1 + CLAIMS_MAX).fill(10));
	});

	test("if more waits, one that could not be full gives slots a moment to come free", async () => {
		const { clock, claimer, limits, answer, free } = claimerOf(10, 10);
		claimer.hint(ROUTE);
		await answer(1_000);
		await free(3);
		await clock.runFor(CLAIM_FILL_MS / 2);
		expect(limits).toEqual([10]);
		await free(7);
		expect(limits).toEqual([10, 10]);
		await answer(1_000);
		await free(3);
		await clock.runFor(CLAIM_FILL_MS);
		expect(limits).toEqual([10, 10, 3]);
	});

	test("one that fails does not hold up those that were sent with it and succeed", async () => {
		const { claimer, limits, answer, fail, free } = claimerOf(20, 10);
		claimer.hint(ROUTE);
		await answer(1_000);
		await free(10);
		expect(limits).toEqual([10, 10, 10]);
		await fail();
		await answer(1_000);
		await free(10);
		expect(limits).toEqual([10, 10, 10, 10, 10]);
	});

	test("news that comes while a claim fails is not lost with it", async () => {
		const { claimer, limits, fail } = claimerOf(10, 10);
		claimer.hint(ROUTE);
		claimer.hint(ROUTE);
		await fail();
		expect(limits).toEqual([10, 10]);
		await fail();
		expect(limits).toEqual([10, 10]);
	});

	test("if nothing more waits, the next one takes whatever is free at once", async () => {
		const { claimer, limits, answer, free } = claimerOf(10, 10);
		claimer.hint(ROUTE);
		await answer(0);
		await free(3);
		claimer.hint(ROUTE);
		expect(limits).toEqual([10, 3]);
	});
});
