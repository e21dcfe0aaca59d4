/**
 * A node that has just joined a cluster in which others have room: what is submitted through
 * it is shared with them, however soon that is.
 */
import { expect, test } from "vitest";
import { beginCluster } from "./bench.ts";

const NODES = 3;
const SETTLED_MS = 3_000;
const ENDED_MS_MAX = 5_000;
/** When tasks are submitted, after the node says that it is ready. */
const SUBMITTED_MS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 700, 1_000];
const TASKS = 9;

async function begin(seed: number, shards: number) {
	const bench = beginCluster(seed, { nodes: NODES, shards, concurrency: 8 });
	await bench.runFor(SETTLED_MS);
	const former = bench.node(seed % NODES);
	former.drain(0);
	await bench.runFor(SETTLED_MS);
	const newcomer = bench.startAgain(former);
	await bench.clock.runUntil(() => newcomer.canBeAsked, SETTLED_MS);
	return { bench, newcomer };
}

/** Where each of these tasks ran. */
async function ranOn(
	bench: Awaited<ReturnType<typeof begin>>["bench"],
	ids: readonly string[],
): Promise<(string | undefined)[]> {
	const ran: (string | undefined)[] = [];
	for (const id of ids) {
		const { attempts } = await bench.untilEnded(id, ENDED_MS_MAX);
		ran.push(attempts[0]?.nodeId);
	}
	return ran;
}

const PLANS = [1, 2, 3].flatMap((seed) =>
	[1, 4].map((shards) => [seed, shards] as const),
);

test.each(PLANS)(
	"seed %i, %i shards: no node takes more of an array than its share",
	async (seed, shards) => {
		for (const submittedMs of SUBMITTED_MS) {
			const { bench, newcomer } = await begin(seed, shards);
			await bench.runFor(submittedMs);
			const ids = Array.from({ length: TASKS }, (_, i) => `task-${i}`);
			bench.submitAll(newcomer, ids, { durationMs: 1_000 });
			const ran = await ranOn(bench, ids);
			const byNode = Map.groupBy(ran, (nodeId) => nodeId);
			const most = Math.max(...[...byNode.values()].map((own) => own.length));
			expect(most, `after ${submittedMs} ms`).toBe(TASKS / NODES);
		}
	},
);
