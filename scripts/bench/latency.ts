/**
 * The measures of latency: from submission to start, and to the result.
 *
 * The task itself reports its start, on a clock that all processes of the host share (see
 * clock.ts). The result is there when its submitter has it, by the means that a user has:
 * `GET ?wait=`, `waitUntilFinished`. No stamp in the store would do: the two contenders
 * set theirs at different moments of the end, and in whole milliseconds. Waiting costs
 * requests, so at the high rate only some results are waited for.
 *
 * Load comes as an open loop: the next task does not wait for the one before.
 */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { bullmqBehindRoute } from "./bullmq.ts";
import { runProgram } from "./children.ts";
import { nowMs, openLoop } from "./clock.ts";
import { type Ground, IN_FLIGHT, type Scheduler } from "./contender.ts";
import { hearsay, hearsaySweeping } from "./hearsay.ts";
import {
	LATENCY_LINES,
	type LatencyKey,
	latencyFigures,
} from "./latency-figures.ts";
import type { Figures, Measure } from "./measure.ts";
import { inPieces } from "./pieces.ts";
import { endToEndRate, perSecond } from "./rates.ts";
import { both, sideOf } from "./sides.ts";
import { watch } from "./watch.ts";

const STEADY_PER_SECOND = 100;
/**
 * The most tasks of a round. With this many, the p99.9 is the slowest of the round. The true
 * one lies above it in half of all rounds (0.999 ^ 700 = 0.5), so the median of rounds
 * estimates it.
 */
const STEADY_TASKS_MAX = 700;
/**
 * Tasks that go before at a higher rate: a process that has served for a minute has
 * compiled what it runs, and at 100 a second it would take the whole round to get there.
 */
const WARM_UP_TASKS_MAX = 5_000;
const WARM_UP_PER_SECOND = 1_000;
/** How long the load lasts at half of the saturated rate. */
const HALF_SECONDS = 3;
const HALF_WAITED_EVERY = 10;
/** The number of tasks by which the saturated rate is found. */
const SATURATING_TASKS_MAX = 10_000;
const IN_PROCESS = "test/bench/in-process-node.ts";

type Rated = Figures<LatencyKey | "rate">;

const steady: Measure<LatencyKey> = {
	name: "latency",
	note: `${STEADY_PER_SECOND} tasks/s, n = ${STEADY_TASKS_MAX} a round, after ${WARM_UP_TASKS_MAX} at ${WARM_UP_PER_SECOND}/s. Hearsay: POST to the node that runs them; other node: to one that does not; in process: its own submit, without HTTP. BullMQ: add in the submitter's process, and behind a fastify route.`,
	lines: LATENCY_LINES,
	sides: {
		...both("running", steadyFigures),
		"other-node": sideOf(hearsay, "accepting", byAnother(steadyFigures)),
		sweep: sideOf(hearsaySweeping, "accepting", byAnother(steadyFigures)),
		"in-process": inProcess,
		"bullmq-http": sideOf(bullmqBehindRoute, "running", steadyFigures),
	},
};

const half: Measure<LatencyKey | "rate"> = {
	name: "latency-half",
	note: `Each at half the rate at which it is saturated by single submits, ${IN_FLIGHT} in flight, for ${HALF_SECONDS} s (n = rate × ${HALF_SECONDS} a round; one result of ${HALF_WAITED_EVERY} is waited for). Sides as in latency.`,
	lines: { rate: perSecond("rate of submits"), ...LATENCY_LINES },
	sides: {
		...both("running", halfFigures),
		"other-node": sideOf(hearsay, "accepting", byAnother(halfFigures)),
		"bullmq-http": sideOf(bullmqBehindRoute, "running", halfFigures),
	},
};

export const LATENCY: readonly Measure[] = [steady, half];

/** Tasks submitted to one process and run by another. */
function byAnother<Key extends string>(
	take: (scheduler: Scheduler, ground: Ground) => Promise<Figures<Key>>,
): typeof take {
	return async (scheduler, ground) => {
		await scheduler.startWorker();
		return await take(scheduler, ground);
	};
}

/** A node put together without its HTTP side, by a program that sees its inside. */
function inProcess(ground: Ground): Promise<Figures<LatencyKey>> {
	const dataDir = mkdtempSync(join(ground.directory, "in-process-"));
	const load = [warmUpTasks(ground), WARM_UP_PER_SECOND];
	load.push(steadyTasks(ground), STEADY_PER_SECOND);
	const args = [ground.redis.url, dataDir, ...load];
	return runProgram(IN_PROCESS, args) as Promise<Figures<LatencyKey>>;
}

function steadyTasks({ tasks }: Ground): number {
	return Math.min(tasks, STEADY_TASKS_MAX);
}

function warmUpTasks({ tasks }: Ground): number {
	return Math.min(tasks, WARM_UP_TASKS_MAX);
}

async function steadyFigures(
	scheduler: Scheduler,
	ground: Ground,
): Promise<Figures<LatencyKey>> {
	await probe(scheduler, warmUpTasks(ground), WARM_UP_PER_SECOND, 1);
	return await probe(scheduler, steadyTasks(ground), STEADY_PER_SECOND, 1);
}

async function halfFigures(
	scheduler: Scheduler,
	{ tasks }: Ground,
): Promise<Rated> {
	// What waiting needs is there from the beginning, under either load.
	await scheduler.door.call("stamp", { sentMs: nowMs() });
	const saturating = Math.min(tasks, SATURATING_TASKS_MAX);
	const submit = (count: number) =>
		inPieces(count, 1, IN_FLIGHT, () => {
			return scheduler.door.submit("stamp", { sentMs: nowMs() });
		});
	const rate = (await endToEndRate(scheduler, saturating, submit)) / 2;
	const count = Math.min(tasks, Math.ceil(rate * HALF_SECONDS));
	return { rate, ...(await probe(scheduler, count, rate, HALF_WAITED_EVERY)) };
}

/** Submits at the rate, and waits for the result of the first of each so many. */
async function probe(
	scheduler: Scheduler,
	count: number,
	perSecond: number,
	waitedEvery: number,
): Promise<Figures<LatencyKey>> {
	const results: number[] = [];
	await openLoop(count, perSecond, async (n) => {
		const sentMs = nowMs();
		if (n % waitedEvery > 0) return scheduler.door.submit("stamp", { sentMs });
		await scheduler.door.call("stamp", { sentMs });
		results.push(nowMs() - sentMs);
	});
	await watch(scheduler);
	const starts = await scheduler.stamps(count);
	if (starts.length !== count || starts.some(Number.isNaN)) {
		throw new Error("not every task told when it started");
	}
	return latencyFigures(starts, results);
}
