/**
 * A slow disk: Redis writes every command to disk before it answers
 * (`appendfsync always`), and once a second the disk takes 150 ms.
 *
 * The stall is made by stopping Redis for as long. With `always` it waits for
 * the disk on the one thread that runs commands, so that a slow disk looks
 * from outside like a Redis that stands still; and every system can do that,
 * while slowing a disk down takes rights and a kernel that few have.
 */
import { bullmq } from "./bullmq.ts";
import { startNode } from "./children.ts";
import { nowMs, openLoop } from "./clock.ts";
import type { Contender, Ground } from "./contender.ts";
import { RedisMeter } from "./cost-redis.ts";
import { hearsay } from "./hearsay.ts";
import type { Figures, Measure } from "./measure.ts";
import { perSecond } from "./rates.ts";
import { drainRate, percentile } from "./stats.ts";
import { checkAttempts } from "./stress-attempts.ts";
import { watch } from "./watch.ts";

const EVERY_MS = 1_000;
const STALL_MS = 150;
const TASKS_MAX = 20_000;
const SINGLES = 400;
const SINGLES_PER_SECOND = 100;

type Key = "process" | "p50" | "p99";

export const slowDisk: Measure<Key> = {
	name: "slow-disk",
	note: `Redis with appendfsync always, stopped for ${STALL_MS} ms every second, as it stands when its disk is slow.`,
	lines: {
		process: perSecond("slow disk: no-op processing"),
		p50: submitted("p50"),
		p99: submitted("p99"),
	},
	sides: {
		hearsay: async (ground) => {
			const figures = await onSlowDisk(hearsay, ground);
			await checkAttempts(ground);
			return figures;
		},
		bullmq: (ground) => onSlowDisk(bullmq, ground),
	},
};

function submitted(which: string) {
	return {
		title: `slow disk: submit at ${SINGLES_PER_SECOND}/s, ${which}`,
		unit: "ms",
		better: "lower",
	} as const;
}

async function onSlowDisk(
	contender: Contender,
	ground: Ground,
): Promise<Figures<Key>> {
	const redis = new RedisMeter(ground.redis.port);
	await redis.syncToDisk("always");
	try {
		const args = [await redis.pid(), EVERY_MS, STALL_MS].map(String);
		await using stall = startNode(
			"the stall",
			"scripts/bench/stress-stall.ts",
			args,
		);
		await stall.untilReady(async (said) => said.includes("ready"));
		return await run(contender, ground);
	} finally {
		await redis.syncToDisk("everysec");
		redis.close();
	}
}

async function run(
	contender: Contender,
	ground: Ground,
): Promise<Figures<Key>> {
	await using scheduler = await contender.open(ground, "accepting");
	const answersMs: number[] = [];
	await openLoop(SINGLES, SINGLES_PER_SECOND, async (n) => {
		const sentMs = nowMs();
		await scheduler.submit("noop", { n });
		answersMs.push(nowMs() - sentMs);
	});
	const count = Math.min(ground.tasks, TASKS_MAX);
	await scheduler.submitBulk(count);
	const [samples] = await Promise.all([
		watch(scheduler),
		scheduler.startWorker(),
	]);
	return {
		process: drainRate(samples, count),
		p50: percentile(answersMs, 50),
		p99: percentile(answersMs, 99),
	};
}
