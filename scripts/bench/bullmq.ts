/**
 * BullMQ as a contender. Jobs are added by the bench's own process, as a
 * program that uses the library does, and run by worker processes.
 */
import { Queue, QueueEvents } from "../../test/tools/bullmq.ts";
import { type Child, startNode } from "./children.ts";
import type { Contender, Ground, Scheduler, TaskType } from "./contender.ts";
import { inPieces } from "./pieces.ts";

/**
 * What suits it best: 29,000 jobs/s on 2 cores, against 21,000 one batch at a
 * time, 18,000 in batches of 5,000 and 28,000 with four under way.
 */
const BULK_JOBS = 1_000;
const BULK_IN_FLIGHT = 2;

export class BullMq implements Scheduler {
	readonly #port: number;
	readonly #queue: Queue;
	/** Only once a result is waited for: it reads along with every event. */
	#events: QueueEvents | undefined;
	readonly #workers: Child[] = [];

	constructor(port: number) {
		this.#port = port;
		this.#queue = new Queue("bench", {
			connection: { host: "127.0.0.1", port },
		});
		// Everyone who waits for a result listens for its end.
		this.#queue.setMaxListeners(0);
	}

	async submit(type: TaskType, payload: object): Promise<void> {
		await this.#queue.add(type, payload);
	}

	async call(type: TaskType, payload: object): Promise<void> {
		this.#events ??= new QueueEvents("bench", {
			connection: { host: "127.0.0.1", port: this.#port },
			// From the first event on: an end before it has begun to read is not missed.
			lastEventId: "0-0",
		});
		const job = await this.#queue.add(type, payload);
		await job.waitUntilFinished(this.#events);
	}

	submitBulk(count: number, priorities = 0): Promise<void> {
		return inPieces(count, BULK_JOBS, BULK_IN_FLIGHT, async (from, length) => {
			const jobs = Array.from({ length }, (_, i) => {
				const n = from + i;
				const opts = priorities > 0 ? { priority: 1 + (n % priorities) } : {};
				return { name: "noop", data: { n }, opts };
			});
			await this.#queue.addBulk(jobs);
		});
	}

	async startWorker(): Promise<void> {
		const worker = startNode(
			"BullMQ's worker",
			"scripts/bench/bullmq-worker.ts",
			[String(this.#port)],
		);
		this.#workers.push(worker);
		await worker.untilReady(async (said) => said.includes("ready"));
	}

	async running(): Promise<number> {
		const { active = 0 } = await this.#queue.getJobCounts("active");
		return active;
	}

	async unfinished(): Promise<number> {
		const { failed = 0, ...left } = await this.#queue.getJobCounts(
			"failed",
			"waiting",
			"active",
			"prioritized",
			"delayed",
		);
		if (failed > 0) throw new Error(`${failed} jobs of BullMQ failed`);
		return Object.values(left).reduce((sum, jobs) => sum + jobs, 0);
	}

	async stamps(count: number): Promise<number[]> {
		const jobs = await this.#queue.getCompleted(0, count - 1);
		return jobs.map(({ returnvalue }) => Number(returnvalue));
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all(this.#workers.map((worker) => worker.stop()));
		await this.#events?.close();
		await this.#queue.close();
	}
}

export const bullmq: Contender = {
	async open({ redis }: Ground, role): Promise<Scheduler> {
		const scheduler = new BullMq(redis.port);
		if (role === "running") await scheduler.startWorker();
		return scheduler;
	},
};
