/**
 * Redis far away: 200 ms from question to answer, through a proxy that holds
 * everything back for half of it each way. All the more does it matter what is
 * asked at once, and how often. A lease lost on the way would start a task
 * twice, which is checked.
 */
import { bullmq } from "./bullmq.ts";
import { startNode } from "./children.ts";
import { nowMs } from "./clock.ts";
import type { Contender, Ground } from "./contender.ts";
import { hearsay } from "./hearsay.ts";
import type { Figures, Measure } from "./measure.ts";
import { inPieces } from "./pieces.ts";
import { freePort } from "./port.ts";
import { perSecond } from "./rates.ts";
import { drainRate, percentile } from "./stats.ts";
import { checkAttempts } from "./stress-attempts.ts";
import { watch } from "./watch.ts";

const ROUND_TRIP_MS = 200;
/** A backlog that a few round trips do not empty, and that does not take all day. */
const TASKS_MAX = 2_000;
/**
 * A node puts 512 tasks on the way to Redis at once and refuses those that have
 * waited for 900 ms: it takes no more than this at a time over such a distance.
 */
const NODE_TASKS_AT_ONCE = 1_000;
const SINGLES = 50;
const SINGLES_IN_FLIGHT = 5;

type Key = "submit" | "process" | "single";

export const farRedis: Measure<Key> = {
	name: "far-redis",
	note: `Redis answers after ${ROUND_TRIP_MS} ms, through a proxy.`,
	lines: {
		submit: perSecond("far Redis: bulk submit"),
		process: perSecond("far Redis: no-op processing"),
		single: {
			title: "far Redis: single submit, p50",
			unit: "ms",
			better: "lower",
		},
	},
	sides: {
		hearsay: async (ground) => {
			const figures = await throughProxy(hearsay, ground, NODE_TASKS_AT_ONCE);
			await checkAttempts(ground);
			return figures;
		},
		bullmq: (ground) => throughProxy(bullmq, ground, TASKS_MAX),
	},
};

async function throughProxy(
	contender: Contender,
	ground: Ground,
	tasksAtOnce: number,
): Promise<Figures<Key>> {
	const port = await freePort();
	const args = [port, ground.redis.port, ROUND_TRIP_MS / 2].map(String);
	await using proxy = startNode(
		"the proxy",
		"scripts/bench/stress-delay-proxy.ts",
		args,
	);
	await proxy.untilReady(async (said) => said.includes("ready"));
	const far = { ...ground, redis: { port, url: `redis://127.0.0.1:${port}` } };
	await using scheduler = await contender.open(far, "accepting");
	const count = Math.min(ground.tasks, TASKS_MAX);
	const startMs = nowMs();
	await inPieces(count, tasksAtOnce, 1, (_from, length) =>
		scheduler.submitBulk(length),
	);
	const submit = (count / (nowMs() - startMs)) * 1_000;
	const singlesMs: number[] = [];
	await inPieces(SINGLES, 1, SINGLES_IN_FLIGHT, async (n) => {
		const sentMs = nowMs();
		await scheduler.submit("noop", { n });
		singlesMs.push(nowMs() - sentMs);
	});
	const [samples] = await Promise.all([
		watch(scheduler),
		scheduler.startWorker(),
	]);
	return {
		submit,
		process: drainRate(samples, count),
		single: percentile(singlesMs, 50),
	};
}
