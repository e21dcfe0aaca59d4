/**
 * Three nodes on one host against one: whether they get in one another's way.
 *
 * Processes take a second to start and a backlog is over in two, so what shall
 * be measured together must not begin apart: tasks that hold their slots keep
 * every process busy until all are up and the backlog is there, and then end
 * at once. Every process has to get warm, too: the first half of the backlog is
 * as long for each of three as it is elsewhere for one.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bullmq } from "./bullmq.ts";
import { CONCURRENCY, type Contender, type Ground } from "./contender.ts";
import { hearsay } from "./hearsay.ts";
import type { Figures, Measure } from "./measure.ts";
import { perSecond } from "./rates.ts";
import { drainRate } from "./stats.ts";
import { untilRunning, watch } from "./watch.ts";

const NODES = 3;

export const threeNodes: Measure<"rate"> = {
	name: "three-nodes",
	note: `Processes on one host with ${CONCURRENCY} slots each; all hold until all are up. The second half of ${2 * NODES} times as many, for all sides. The ratio to one node is what ${NODES} gain or lose.`,
	lines: { rate: perSecond("no-op tasks, three nodes") },
	sides: {
		hearsay: (ground) => drainTogether(hearsay, ground, NODES),
		"one-node": (ground) => drainTogether(hearsay, ground, 1),
		bullmq: (ground) => drainTogether(bullmq, ground, NODES),
	},
};

async function drainTogether(
	contender: Contender,
	ground: Ground,
	workers: number,
): Promise<Figures<"rate">> {
	const file = join(ground.directory, "three-nodes-go");
	rmSync(file, { force: true });
	const held = workers * CONCURRENCY;
	await using scheduler = await contender.open(ground, "accepting");
	const hold = () => scheduler.submit("hold", { file });
	await Promise.all([
		...Array.from({ length: workers }, () => scheduler.startWorker()),
		...Array.from({ length: held }, hold),
	]);
	await untilRunning(scheduler, held);
	const backlog = 2 * NODES * ground.tasks;
	await scheduler.submitBulk(backlog);
	const watching = watch(scheduler);
	writeFileSync(file, "");
	return { rate: drainRate(await watching, held + backlog) };
}
