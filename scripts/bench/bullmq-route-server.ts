/**
 * A fastify route in front of BullMQ that speaks Hearsay's API: `bullmq-route-server.ts
 * PORT REDIS_PORT`. Prints `ready` once it listens.
 */

import fastify from "fastify";
import { Job, Queue, QueueEvents } from "../../test/tools/bullmq.ts";

const [port, redisPort] = process.argv.slice(2).map(Number);
if (port === undefined || redisPort === undefined) {
	throw new Error("two ports are needed");
}
const connection = { host: "127.0.0.1", port: redisPort };
const queue = new Queue("bench", { connection });
// Everyone who waits for a result listens for its end.
queue.setMaxListeners(0);
/** The queue's events; made only once a result is waited for, as it reads every event. */
let events: QueueEvents | undefined;

const server = fastify();
server.post<{ Body: { type: string; payload: object } }>(
	"/v1/tasks",
	async ({ body: { type, payload } }, reply) => {
		const { id } = await queue.add(type, payload);
		reply.code(202);
		return { id };
	},
);
server.get<{ Params: { id: string } }>(
	"/v1/tasks/:id",
	async ({ params: { id } }) => {
		// Reads from the first event on, so that an end before it begins to read is not missed.
		events ??= new QueueEvents("bench", { connection, lastEventId: "0-0" });
		const job = await Job.fromId(queue, id);
		const result = await job?.waitUntilFinished(events);
		return { id, state: "SUCCESS", result };
	},
);
await server.listen({ host: "127.0.0.1", port });
console.log("ready");
