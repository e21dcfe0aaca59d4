/**
 * What a task takes of Redis's memory while it waits, and once it has ended and is kept,
 * with a payload of 200 bytes: the memory that Redis has in use beyond what it had
 * before, divided by the number of tasks.
 */
import { sleep } from "./clock.ts";
import { ENDED_KEPT_MAX } from "./contender.ts";
import type { Measure } from "./measure.ts";
import { RedisMeter } from "./redis-meter.ts";
import { both } from "./sides.ts";
import { watch } from "./watch.ts";

/** The bytes of a payload as JSON text, including the quotation marks. */
const PAYLOAD_BYTES = 200;
const PAYLOAD = "x".repeat(PAYLOAD_BYTES - 2);
/** How long Redis is given to move the content of tables that grow, which are in memory twice until then. */
const SETTLE_MS = 1_500;

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
	sides: both("accepting", async (scheduler, { redis, tasks }) => {
		const count = Math.min(tasks, ENDED_KEPT_MAX);
		const meter = new RedisMeter(redis.port);
		const weigh = async () => {
			await sleep(SETTLE_MS);
			return await meter.keptBytes();
		};
		const empty = await weigh();
		await scheduler.submitBulk(count, { payload: PAYLOAD });
		const waiting = await weigh();
		await scheduler.startWorker();
		await watch(scheduler);
		const ended = await weigh();
		meter.close();
		return {
			waiting: (waiting - empty) / count,
			ended: (ended - empty) / count,
		};
	}),
};
