/**
 * BullMQ as a contender. The bench's own process adds jobs, as a program that uses the
 * library does, and worker processes run them.
 *
 * Or the jobs go over HTTP, sent by the client that posts to Hearsay, to a route in a
 * process of its own that does `add` and nothing else. A library needs no such hop and a
 * service cannot do without one, so neither figure alone is fair.
 */
import { Queue, QueueEvents } from "../../test/tools/bullmq.ts";
import { type Child, startProgram } from "./children.ts";
import type {
	BulkPlan,
	Contender,
	Door,
	Ground,
	Scheduler,
	TaskType,
} from "./contender.ts";
import { openRoute } from "./http-door.ts";
import { inPieces } from "./pieces.ts";

/**
 * The batch size that suits BullMQ best: 29,000 jobs/s on 2 cores, against 21,000 one batch
 * at a time, 18,000 in batches of 5,000 and 28,000 with four under way.
 */
const BULK_JOBS = 1_000;
const BULK_IN_FLIGHT = 2;

export const BULLMQ_QUEUE = "bench";

/** The library itself, in the bench's own process. */
class QueueDoor implements Door {
	readonly #queue: Queue;
	readonly #port: number;
	/** The queue's events; made only once a result is waited for, as it reads every event. */
	#events: QueueEvents | undefined;

	constructor(queue: Queue, port: number) {
		this.#queue = queue;
		this.#port = port;
		// Everyone who waits for a result listens for its end.
		queue.setMaxListeners(0);
	}

	async submit(type: TaskType, payload: object): Promise<void> {
		await this.#queue.add(type, payload);
	}

	async call(type: TaskType, payload: object): Promise<void> {
		this.#events ??= new QueueEvents(BULLMQ_QUEUE, {
			connection: { host: "127.0.0.1", port: this.#port },
			// Reads from the first event on, so that an end before it begins to read is not missed.
			lastEventId: "0-0",
		});
		const job = await this.#queue.add(type, payload);
		await job.waitUntilFinished(this.#events);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#events?.close();
	}
}

class BullMq implements Scheduler {
	readonly door: Door;
	readonly #port: number;
	readonly #queue: Queue;
	readonly #workers: Child[] = [];

	constructor({ redis: { port } }: Ground, door?: Door) {
		this.#port = port;
		this.#queue = new Queue(BULLMQ_QUEUE, {
			connection: { host: "127.0.0.1", port },
		});
		this.door = door ?? new QueueDoor(this.#queue, port);
	}

	submitBulk(
		count: number,
		{ priorities = 0, payload }: BulkPlan = {},
	): Promise<void> {
		return inPieces(count, BULK_JOBS, BULK_IN_FLIGHT, async (from, length) => {
			const jobs = Array.from({ length }, (_, i) => {
				const n = from + i;
				const opts = priorities > 0 ? { priority: 1 + (n % priorities) } : {};
				return { name: "noop", data: payload ?? { n }, opts };
			});
			await this.#queue.addBulk(jobs);
		});
	}

	async startWorker(): Promise<number> {
		const worker = await startProgram(
			"BullMQ's worker",
			"scripts/bench/bullmq-worker.ts",
			[this.#port],
		);
		this.#workers.push(worker);
		return worker.pid;
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
		await this.door[Symbol.asyncDispose]();
		await this.#queue.close();
	}
}

function makeBullMq(
	openDoor: (ground: Ground) => Promise<Door | undefined>,
): Contender {
	return {
		async open(ground, role): Promise<Scheduler> {
			const scheduler = new BullMq(ground, await openDoor(ground));
			if (role === "running") await scheduler.startWorker();
			return scheduler;
		},
	};
}

export const bullmq = makeBullMq(async () => undefined);
export const bullmqBehindRoute = makeBullMq((ground) =>
	openRoute("BullMQ's route", "scripts/bench/bullmq-route-server.ts", ground),
);
