/**
 * What a task takes of Redis's memory while it waits, and once it has ended
 * and is kept, with a payload of 200 bytes: what Redis has in use more than
 * before, divided by the tasks.
 */
import { Queue } from "../../test/tools/bullmq.ts";
import { bullmq } from "./bullmq.ts";
import { sleep } from "./clock.ts";
import { ENDED_KEPT_MAX, type Ground } from "./contender.ts";
import { ACCEPTING, BenchNode } from "./cost-node.ts";
import { RedisMeter } from "./cost-redis.ts";
import type { Measure } from "./measure.ts";
import { inPieces } from "./pieces.ts";
import { watch } from "./watch.ts";

/** Of JSON text, quotation marks and all. */
const PAYLOAD_BYTES = 200;
const PAYLOAD = "x".repeat(PAYLOAD_BYTES - 2);
/** Tables that grow are in memory twice until Redis has moved their content, which takes it a moment. */
const SETTLE_MS = 1_500;
const BULK_JOBS = 1_000;
const BULK_IN_FLIGHT = 2;

export const memory: Measure = {
	name: "memory",
	lines: {
		waiting: {
			title: `memory in Redis of a waiting task, payload ${PAYLOAD_BYTES} B`,
			unit: "B",
			better: "lower",
		},
		ended: {
			title: "… once it has ended, and is kept",
			unit: "B",
			better: "lower",
		},
	},
	sides: {
		hearsay: async (ground) => {
			await using door = await BenchNode.start(ground, ACCEPTING);
			return await weigh(
				ground,
				(count) => door.submitAll(count, { type: "noop", payload: PAYLOAD }),
				async () => {
					await using _worker = await BenchNode.start(ground);
					await door.drained();
				},
			);
		},
		bullmq: async (ground) => {
			await using scheduler = await bullmq.open(ground, "accepting");
			return await weigh(
				ground,
				(count) => addJobs(ground, count),
				async () => {
					await scheduler.startWorker();
					await watch(scheduler);
				},
			);
		},
	},
};

async function weigh(
	{ redis, tasks }: Ground,
	submit: (count: number) => Promise<void>,
	run: () => Promise<void>,
): Promise<{ waiting: number; ended: number }> {
	const count = Math.min(tasks, ENDED_KEPT_MAX);
	const meter = new RedisMeter(redis.port);
	const weighNow = async () => {
		await sleep(SETTLE_MS);
		return await meter.keptBytes();
	};
	const empty = await weighNow();
	await submit(count);
	const waiting = await weighNow();
	await run();
	const ended = await weighNow();
	meter.close();
	return { waiting: (waiting - empty) / count, ended: (ended - empty) / count };
}

async function addJobs({ redis }: Ground, count: number): Promise<void> {
	const queue = new Queue("bench", {
		connection: { host: "127.0.0.1", port: redis.port },
	});
	await inPieces(count, BULK_JOBS, BULK_IN_FLIGHT, async (_from, length) => {
		const jobs = Array.from({ length }, () => ({
			name: "noop",
			data: PAYLOAD,
		}));
		await queue.addBulk(jobs);
	});
	await queue.close();
}
