/**
 * Tasks that end the node that runs them, and what becomes of the tasks beside them.
 */
import { expect, test } from "vitest";
import { LOSSES_ALONE_MAX, LOSSES_SHARED_MAX } from "../../protocol/limits.ts";
import { shardOf } from "../../protocol/shard.ts";
import { beginCluster } from "./bench.ts";

const SEEDS = [1, 2, 3, 4, 5, 6];
const ENDED_MS_MAX = 60_000;
const SHARDS = 4;

/** The id of a task in that shard. */
function idIn(shard: number, name: string): string {
	const ids = Array.from({ length: 100 }, (_, i) => `${name}-${i}`);
	const id = ids.find((each) => shardOf(each, SHARDS) === shard);
	if (id === undefined) throw new Error(`no ${name} lies in shard ${shard}`);
	return id;
}

test.each([
	[3, 1],
	[3, SHARDS],
	[1, SHARDS],
])(
	"a task that ends its node even out of a process of its own is given up when it was all that it ran: %i nodes, %i shards",
	async (nodes, shards) => {
		for (const seed of SEEDS) {
			const bench = beginCluster(seed, { nodes, shards });
			await bench.runFor(1_000);
			// A node that comes back opens its first session there.
			const id = idIn(0, "poison");
			bench.submit(id, { durationMs: 100, end: "kill-node" });
			const task = await bench.untilEnded(id, ENDED_MS_MAX);
			expect(task).toMatchObject({
				...{ state: "FAILURE", error: { code: "crashed" } },
			});
			const killedMax = LOSSES_SHARED_MAX + LOSSES_ALONE_MAX;
			expect(bench.killedBy(id)).toBe(killedMax);
		}
	},
);

test("a task is not given up for the nodes that others end under it, in whatever shards they are", async () => {
	for (const seed of SEEDS) {
		const bench = beginCluster(seed, { nodes: 1, shards: SHARDS });
		await bench.runFor(1_000);
		const id = idIn(0, "healthy");
		bench.submit(id, { durationMs: 3_000 });
		const poisons = [1, 2, 3].map((shard) => idIn(shard, "poison"));
		for (const poison of poisons)
			bench.submit(poison, { durationMs: 500, end: "kill" });
		const task = await bench.untilEnded(id, ENDED_MS_MAX);
		expect(task.state).toBe("SUCCESS");
		expect(task.losses).toBeGreaterThanOrEqual(
			LOSSES_SHARED_MAX + LOSSES_ALONE_MAX,
		);
		for (const poison of poisons) {
			await bench.untilEnded(poison, ENDED_MS_MAX);
			expect(bench.killedBy(poison)).toBeLessThanOrEqual(3);
		}
	}
});
