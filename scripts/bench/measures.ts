/** The measures: each one written once, for whichever contender. */
import { openBareRoute } from "./bare-route.ts";
import { bullmq } from "./bullmq.ts";
import { nowMs, openLoop, sleep } from "./clock.ts";
import {
	type Contender,
	type Door,
	type Ground,
	IN_FLIGHT,
	type Scheduler,
} from "./contender.ts";
import { hearsay } from "./hearsay.ts";
import type { Figures, Line, Measure } from "./measure.ts";
import { inPieces } from "./pieces.ts";
import { drainRate, finishedMs, percentile, type Sample } from "./stats.ts";

/** What goes before, unmeasured: this part of a run's tasks. */
const WARM_UP = 0.1;
const POLL_MS = 20;
/** No task ended for so long: the scheduler has stopped. */
const STALL_MS = 30_000;
const STEADY_PER_SECOND = 100;
const STEADY_TASKS_MAX = 500;

const perSecond = (title: string): Line => ({
	title,
	unit: "tasks/s",
	better: "higher",
});
const latency = (title: string): Line => ({
	title,
	unit: "ms",
	better: "lower",
});

function both<Key extends string>(
	run: (contender: Contender, ground: Ground) => Promise<Figures<Key>>,
): Measure<Key>["sides"] {
	return {
		hearsay: (ground) => run(hearsay, ground),
		bullmq: (ground) => run(bullmq, ground),
	};
}

const bulk: Measure = {
	name: "bulk",
	lines: { rate: perSecond("bulk submit (NDJSON, addBulk)") },
	sides: both(async (contender, ground) => {
		await using scheduler = await contender.open(ground, "accepting");
		await scheduler.submitBulk(warmUp(ground.tasks));
		const startMs = nowMs();
		await scheduler.submitBulk(ground.tasks);
		return { rate: rateSince(startMs, ground.tasks) };
	}),
};

const single: Measure = {
	name: "single",
	lines: { rate: perSecond(`single submits, ${IN_FLIGHT} in flight`) },
	sides: {
		...both(async (contender, ground) => {
			await using scheduler = await contender.open(ground, "accepting");
			return { rate: await singleRate(scheduler, ground.tasks) };
		}),
		ceiling: async (ground) => {
			await using route = await openBareRoute(ground);
			return { rate: await singleRate(route, ground.tasks) };
		},
	},
};

const processing: Measure = {
	name: "processing",
	lines: { rate: perSecond("no-op processing of a backlog") },
	sides: both(async (contender, ground) => {
		await using scheduler = await contender.open(ground, "accepting");
		await scheduler.submitBulk(ground.tasks);
		const [samples] = await Promise.all([
			watch(scheduler),
			scheduler.startWorker(),
		]);
		return { rate: drainRate(samples, ground.tasks) };
	}),
};

const endToEnd: Measure = {
	name: "end-to-end",
	lines: { rate: perSecond("no-op, bulk submit to accepted result") },
	sides: both(async (contender, ground) => {
		await using scheduler = await contender.open(ground, "running");
		await scheduler.submitBulk(warmUp(ground.tasks));
		await watch(scheduler);
		const startMs = nowMs();
		let submitted = false;
		const [samples] = await Promise.all([
			watch(scheduler, () => submitted),
			scheduler.submitBulk(ground.tasks).then(() => {
				submitted = true;
			}),
		]);
		const tookMs = finishedMs(samples) - startMs;
		return { rate: (ground.tasks / tookMs) * 1_000 };
	}),
};

const steady: Measure = {
	name: "latency",
	lines: {
		p50: latency(`submit → start at ${STEADY_PER_SECOND}/s, p50`),
		p99: latency(`submit → start at ${STEADY_PER_SECOND}/s, p99`),
	},
	sides: both(async (contender, ground) => {
		await using scheduler = await contender.open(ground, "running");
		const count = Math.min(ground.tasks, STEADY_TASKS_MAX);
		const submit = () => scheduler.submit("stamp", { sentMs: nowMs() });
		await openLoop(warmUp(count), STEADY_PER_SECOND, submit);
		await openLoop(count, STEADY_PER_SECOND, submit);
		await watch(scheduler);
		const stamps = await scheduler.stamps(count);
		if (stamps.length !== count || stamps.some(Number.isNaN)) {
			throw new Error("not every task told when it started");
		}
		return { p50: percentile(stamps, 50), p99: percentile(stamps, 99) };
	}),
};

export const MEASURES: readonly Measure[] = [
	bulk,
	single,
	processing,
	endToEnd,
	steady,
];

async function singleRate(door: Door, tasks: number): Promise<number> {
	await submitSingles(door, warmUp(tasks));
	const startMs = nowMs();
	await submitSingles(door, tasks);
	return rateSince(startMs, tasks);
}

function submitSingles(door: Door, count: number): Promise<void> {
	return inPieces(count, 1, IN_FLIGHT, (n) => door.submit("noop", { n }));
}

/** Samples until all are submitted and none is left. */
async function watch(
	scheduler: Scheduler,
	allSubmitted: () => boolean = () => true,
): Promise<Sample[]> {
	const samples: Sample[] = [];
	let changedMs = nowMs();
	for (;;) {
		const complete = allSubmitted();
		const sentMs = nowMs();
		const unfinished = await scheduler.unfinished();
		const atMs = (sentMs + nowMs()) / 2;
		if (samples.at(-1)?.unfinished !== unfinished) changedMs = atMs;
		samples.push({ atMs, unfinished });
		if (complete && unfinished === 0) break;
		if (atMs - changedMs > STALL_MS) {
			throw new Error(`${unfinished} tasks are left and none ends`);
		}
		await sleep(POLL_MS);
	}
	return samples;
}

function warmUp(tasks: number): number {
	return Math.ceil(tasks * WARM_UP);
}

function rateSince(startMs: number, tasks: number): number {
	return (tasks / (nowMs() - startMs)) * 1_000;
}
