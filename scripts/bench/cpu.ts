/**
 * The processor time that a no-op task takes from a backlog to its result: in the process
 * that runs it, by thread, and in Redis.
 *
 * Only the worker's process counts. The process that accepted the tasks watches
 * meanwhile, and what its looks cost Redis is in Redis's share, alike for all.
 */
import { sleep } from "./clock.ts";
import type { Ground, Scheduler } from "./contender.ts";
import { hearsay } from "./hearsay.ts";
import type { Line, Measure } from "./measure.ts";
import { type CpuTimes, cpuTimes } from "./process-meter.ts";
import { warmUp } from "./rates.ts";
import { RedisMeter } from "./redis-meter.ts";
import { both, sideOf } from "./sides.ts";

const POLL_MS = 20;

const line = (title: string): Line => ({
	title: `CPU a no-op task: ${title}`,
	unit: "µs",
	better: "lower",
});

export const cpu: Measure = {
	name: "cpu",
	lines: {
		worker: line("the process that runs it"),
		redis: line("Redis"),
		both: line("both"),
	},
	sides: both("accepting", async (scheduler, ground) => {
		const { main, tasks, others, redis } = await spend(scheduler, ground);
		const worker = main + tasks + others;
		return { worker, redis, both: worker + redis };
	}),
};

export const threads: Measure = {
	name: "threads",
	lines: {
		main: line("the node's main thread"),
		tasks: line("its threads of task code"),
		others: line("its other threads: garbage, compiling"),
	},
	sides: {
		hearsay: sideOf(hearsay, "accepting", async (scheduler, ground) => {
			const { main, tasks, others } = await spend(scheduler, ground);
			return { main, tasks, others };
		}),
	},
};

type Spent = CpuTimes & { readonly redis: number };

/**
 * Microseconds per task, from the end of the warm-up until none is left. The warm-up, and
 * with it the worker's start, is not counted.
 */
async function spend(
	scheduler: Scheduler,
	{ redis, tasks }: Ground,
): Promise<Spent> {
	await scheduler.submitBulk(tasks);
	const pid = await scheduler.startWorker();
	const meter = new RedisMeter(redis.port);
	const look = async () => {
		const left = await scheduler.unfinished();
		return { left, ...cpuTimes(pid), redis: await meter.cpuMs() };
	};
	/** Waits for the first look at which no more tasks than this are left. */
	const lookAt = async (most: number) => {
		for (;;) {
			const seen = await look();
			if (seen.left <= most) return seen;
			await sleep(POLL_MS);
		}
	};
	const first = await lookAt(tasks - warmUp(tasks));
	const last = await lookAt(0);
	meter.close();
	const ended = first.left - last.left;
	if (ended === 0) {
		throw new Error(`all ${tasks} tasks ended between two looks: take more`);
	}
	const micros = (key: keyof Spent) =>
		((last[key] - first[key]) * 1_000) / ended;
	return {
		main: micros("main"),
		tasks: micros("tasks"),
		others: micros("others"),
		redis: micros("redis"),
	};
}
