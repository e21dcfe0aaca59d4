/**
 * What a claim costs Redis while so many jobs of BullMQ wait: a worker that is
 * asked for jobs by hand, so that it takes some and ends none meanwhile. It
 * takes them as a worker with so many slots does, one by one and pipelined.
 */
import { type Job, Queue, Worker } from "../../test/tools/bullmq.ts";
import { CONCURRENCY } from "./contender.ts";
import { RedisMeter } from "./cost-redis.ts";
import { claimWindow, WINDOWS } from "./growth-window.ts";
import { inPieces } from "./pieces.ts";

const BULK_JOBS = 1_000;
const BULK_IN_FLIGHT = 2;
const TOKEN = "bench";

/** Microseconds a claimed job, for each depth; depths rise. */
export async function bullmqClaims(
	port: number,
	depths: readonly number[],
): Promise<number[]> {
	const connection = { host: "127.0.0.1", port };
	const queue = new Queue("claims", { connection });
	const worker = new Worker("claims", null, { connection, autorun: false });
	const redis = new RedisMeter(port);
	try {
		const micros: number[] = [];
		for (const depth of depths) {
			await add(queue, depth - (await queue.getWaitingCount()));
			micros.push(await claimsAt(depth, queue, worker, redis));
		}
		return micros;
	} finally {
		redis.close();
		await worker.close();
		await queue.close();
	}
}

async function claimsAt(
	depth: number,
	queue: Queue,
	worker: Worker,
	redis: RedisMeter,
): Promise<number> {
	const count = claimWindow(depth);
	let micros = 0;
	for (let i = 0; i < WINDOWS; i++) {
		const jobs: Job[] = [];
		const before = await redis.mainThreadMicros();
		await inPieces(count, 1, CONCURRENCY, async () => {
			const job = await worker.getNextJob(TOKEN, { block: false });
			if (job === undefined) throw new Error("no job waits");
			jobs.push(job);
		});
		micros += (await redis.mainThreadMicros()) - before;
		await Promise.all(
			jobs.map((job) => job.moveToCompleted(null, TOKEN, false)),
		);
		await add(queue, count);
	}
	return micros / (WINDOWS * count);
}

function add(queue: Queue, count: number): Promise<void> {
	return inPieces(count, BULK_JOBS, BULK_IN_FLIGHT, async (from, length) => {
		const jobs = Array.from({ length }, (_, i) => ({
			name: "noop",
			data: { n: from + i },
		}));
		await queue.addBulk(jobs);
	});
}
