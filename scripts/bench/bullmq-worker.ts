/**
 * A worker process of BullMQ: `bullmq-worker.ts REDIS_PORT`. Prints `ready` once it takes
 * jobs, and closes in order on SIGTERM.
 */
import { type Job, Worker } from "../../test/tools/bullmq.ts";
import { CONCURRENCY, ENDED_KEPT_MAX, type TaskType } from "./contender.ts";
import handlers from "./handlers.ts";

async function run({ name, data }: Job): Promise<unknown> {
	const type = name as TaskType;
	return type === "noop" ? null : handlers[type](data);
}

const worker = new Worker("bench", run, {
	connection: { host: "127.0.0.1", port: Number(process.argv[2]) },
	concurrency: CONCURRENCY,
	removeOnComplete: { count: ENDED_KEPT_MAX },
});
worker.on("error", (error) => console.error(error));
process.once("SIGTERM", () => worker.close());
await worker.waitUntilReady();
console.log("ready");
