/**
 * The cost of a claim as the backlog grows (see claims.ts), beside that of the smallest
 * backlog.
 *
 * BullMQ's cost is that of a worker that is asked for jobs by hand. It takes them as a
 * worker with so many slots does, one by one and pipelined.
 */
import { type Job, Worker } from "../../test/tools/bullmq.ts";
import { BULLMQ_QUEUE, bullmq } from "./bullmq.ts";
import { runProgram } from "./children.ts";
import { claimCosts } from "./claims.ts";
import { CONCURRENCY, type Ground } from "./contender.ts";
import type { Figures, Line, Measure } from "./measure.ts";
import { inPieces } from "./pieces.ts";

/** Hearsay's claimant: the store's own scripts, through the store's own adapter. */
const PROGRAM = "test/bench/claims-at-depth.ts";
const TOKEN = "bench";

/**
 * A line for each depth, which must rise, and one for the ratio of the last depth's cost
 * to the first's.
 */
export function waitingMeasure(
	name: string,
	depths: readonly number[],
	who: "alone" | "with BullMQ",
): Measure {
	const format = (depth: number) => depth.toLocaleString("en");
	const [first = 0, last = 0] = [depths[0], depths.at(-1)];
	const lines: [string, Line][] = depths.map((depth) => [
		`at${depth}`,
		{
			title: `a claim while ${format(depth)} wait, Redis's CPU a task`,
			unit: "µs",
			better: "lower",
		},
	]);
	const growth: Line = {
		title: `… at ${format(last)} / at ${format(first)}`,
		unit: "ratio",
		better: "lower",
	};
	const figures = (micros: readonly number[]): Figures => ({
		...Object.fromEntries(depths.map((depth, i) => [`at${depth}`, micros[i]])),
		growth: (micros.at(-1) ?? Number.NaN) / (micros[0] ?? Number.NaN),
	});
	return {
		name,
		note: "Redis's main thread alone, by its own account; claims as a worker with 100 slots makes them.",
		lines: { ...Object.fromEntries(lines), growth },
		sides: {
			hearsay: async ({ redis }) => {
				const costs = await runProgram(PROGRAM, [redis.port, ...depths]);
				return figures(costs as number[]);
			},
			...(who === "with BullMQ" && {
				bullmq: async (ground) => figures(await bullmqCosts(ground, depths)),
			}),
		},
	};
}

async function bullmqCosts(
	ground: Ground,
	depths: readonly number[],
): Promise<number[]> {
	const { port } = ground.redis;
	await using scheduler = await bullmq.open(ground, "accepting");
	const worker = new Worker(BULLMQ_QUEUE, null, {
		connection: { host: "127.0.0.1", port },
		autorun: false,
	});
	const claimant = {
		submit: (count: number) => scheduler.submitBulk(count),
		async claim(count: number) {
			const jobs: Job[] = [];
			await inPieces(count, 1, CONCURRENCY, async () => {
				const job = await worker.getNextJob(TOKEN, { block: false });
				if (job === undefined) throw new Error("no job waits");
				jobs.push(job);
			});
			return jobs;
		},
		async complete(jobs: readonly Job[]) {
			await Promise.all(
				jobs.map((job) => job.moveToCompleted(null, TOKEN, false)),
			);
		},
	};
	try {
		return await claimCosts(claimant, port, depths);
	} finally {
		await worker.close();
	}
}
