/**
 * What processes cost while nothing happens: three nodes on one host, linked by gossip,
 * and as many idle workers of BullMQ.
 */
import { bullmq } from "./bullmq.ts";
import { sleep } from "./clock.ts";
import type { Ground } from "./contender.ts";
import type { Figures, Line, Measure } from "./measure.ts";
import { type BenchNode, startNode } from "./node.ts";
import { residentMiB, spendingOf } from "./process-meter.ts";
import { RedisMeter } from "./redis-meter.ts";
import { sideOf } from "./sides.ts";
import { sum } from "./stats.ts";

const PROCESSES = 3;
/** The time after which what starting leaves to do (links to peers, garbage) is over. */
const SETTLE_MS = 3_000;
const WINDOW_MS = 10_000;

type Key = "cpu" | "memory" | "sent" | "run";

const less = (title: string, unit: string): Line => ({
	title,
	unit,
	better: "lower",
});

export const idle: Measure<Key> = {
	name: "idle",
	lines: {
		cpu: less("idle: CPU of a node", "% of a core"),
		memory: less("idle: memory of a node", "MiB"),
		sent: less("idle: commands that a node sends Redis", "1/s"),
		run: less("idle: … and that Redis runs for it, in scripts too", "1/s"),
	},
	sides: {
		hearsay: async (ground) => {
			// As on a machine on which the program has run before, which leaves compiled code behind.
			const compiled = { NODE_COMPILE_CACHE: `${ground.directory}/compiled` };
			const start = () => startNode(ground, [], compiled);
			await (await start())[Symbol.asyncDispose]();
			await using nodes = new AsyncDisposableStack();
			const all: BenchNode[] = [];
			for (let i = 0; i < PROCESSES; i++) all.push(nodes.use(await start()));
			await untilLinked(all);
			return await figuresOf(
				all.map(({ pid }) => pid),
				ground,
			);
		},
		bullmq: sideOf(bullmq, "accepting", async (scheduler, ground) => {
			const pids: number[] = [];
			for (let i = 0; i < PROCESSES; i++)
				pids.push(await scheduler.startWorker());
			return await figuresOf(pids, ground);
		}),
	},
};

async function untilLinked(nodes: readonly BenchNode[]): Promise<void> {
	for (const { client } of nodes) {
		while ((await client.value("getCluster")).peers.length < nodes.length - 1)
			await sleep(100);
	}
}

/** The figures of one process on average, while nothing is asked of any. */
async function figuresOf(
	pids: readonly number[],
	{ redis }: Ground,
): Promise<Figures<Key>> {
	await sleep(SETTLE_MS);
	const meter = new RedisMeter(redis.port);
	const before = await meter.commands();
	const { tookMs, spent } = await spendingOf(pids, () => sleep(WINDOW_MS));
	const after = await meter.commands();
	meter.close();
	const perSecond = (count: number) => (count * 1_000) / tookMs / pids.length;
	const cpuMs = sum(spent.map((each) => each.cpuMs));
	return {
		cpu: (100 * cpuMs) / tookMs / pids.length,
		memory: sum(pids.map(residentMiB)) / pids.length,
		sent: perSecond(after.sent - before.sent),
		run: perSecond(after.run - before.run),
	};
}
