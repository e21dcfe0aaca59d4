/**
 * Processor time that a no-op task takes from a backlog to its result: in the
 * process that runs it, by thread, and in Redis.
 *
 * Only the worker's process counts. The one that accepted the tasks watches
 * meanwhile, and what its looks cost Redis is in Redis's share, alike for all.
 */
import { bullmq } from "./bullmq.ts";
import { sleep } from "./clock.ts";
import type { Ground } from "./contender.ts";
import { openBullmqWorker } from "./cost-bullmq-worker.ts";
import { ACCEPTING, BenchNode } from "./cost-node.ts";
import { type CpuTimes, cpuTimes } from "./cost-process.ts";
import { RedisMeter } from "./cost-redis.ts";
import type { Line, Measure } from "./measure.ts";

/** This part of the tasks goes before and is not counted, and with it the worker's start. */
const WARM_UP = 0.1;
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
	sides: {
		hearsay: async (ground) => {
			const { main, tasks, others, redis } = await spendHearsay(ground);
			const worker = main + tasks + others;
			return { worker, redis, both: worker + redis };
		},
		bullmq: async (ground) => {
			await using scheduler = await bullmq.open(ground, "accepting");
			await scheduler.submitBulk(ground.tasks);
			await using worker = await openBullmqWorker(ground);
			const spent = await spend(ground, worker.pid, () =>
				scheduler.unfinished(),
			);
			const { main, tasks, others, redis } = spent;
			const own = main + tasks + others;
			return { worker: own, redis, both: own + redis };
		},
	},
};

export const threads: Measure = {
	name: "threads",
	lines: {
		main: line("the node's main thread"),
		tasks: line("its threads of task code"),
		others: line("its other threads: garbage, compiling"),
	},
	sides: {
		hearsay: async (ground) => {
			const { main, tasks, others } = await spendHearsay(ground);
			return { main, tasks, others };
		},
	},
};

type Spent = CpuTimes & { readonly redis: number };

async function spendHearsay(ground: Ground): Promise<Spent> {
	await using door = await BenchNode.start(ground, ACCEPTING);
	await door.submitAll(ground.tasks, { type: "noop" });
	await using worker = await BenchNode.start(ground);
	return await spend(ground, worker.pid, () => door.unfinished());
}

/** Microseconds a task, from the warm-up's end until none is left. */
async function spend(
	{ redis, tasks }: Ground,
	pid: number,
	unfinished: () => Promise<number>,
): Promise<Spent> {
	const meter = new RedisMeter(redis.port);
	const look = async () => {
		const left = await unfinished();
		return { left, ...cpuTimes(pid), redis: await meter.cpuMs() };
	};
	let first = await look();
	while (first.left > tasks * (1 - WARM_UP)) {
		await sleep(POLL_MS);
		first = await look();
	}
	let last = first;
	while (last.left > 0) {
		await sleep(POLL_MS);
		last = await look();
	}
	meter.close();
	const ended = first.left - last.left;
	if (ended === 0) {
		throw new Error(`all ${tasks} tasks ended between two looks: take more`);
	}
	const micros = (ms: (spent: Spent) => number) =>
		((ms(last) - ms(first)) * 1_000) / ended;
	return {
		main: micros((each) => each.main),
		tasks: micros((each) => each.tasks),
		others: micros((each) => each.others),
		redis: micros((each) => each.redis),
	};
}
