/**
 * Trouble with one shard alone, as happens if each lies on a server of its own: nobody
 * reaches it, or it answers nobody and later does everything that was asked of it. The
 * others are well, so it excuses a node only from knowing what that shard alone can tell.
 */
import type { SeededRandom } from "../random.ts";
import type { Cluster } from "./cluster.ts";
import type { Fault } from "./faults.ts";
import type { ShardTrouble } from "./store-server.ts";

export const shardFaults: readonly Fault[] = [
	{
		name: "shard gone",
		weight: 1,
		lastsMs: [100, 15_000],
		begin: (cluster, random) => trouble(cluster, random, "gone"),
	},
	{
		name: "shard stalled",
		weight: 1,
		lastsMs: [100, 15_000],
		begin: (cluster, random) => trouble(cluster, random, "stalled"),
	},
];

function trouble(
	{ world: { server, clock, recorder } }: Cluster,
	random: SeededRandom,
	what: ShardTrouble,
): (() => void) | undefined {
	const { index } = random.pick(server.truth);
	if (server.condition !== "up" || server.troubles.has(index)) return;
	server.trouble(index, what);
	const fromMs = clock.monoMs();
	return () => {
		server.relieve(index);
		const untilMs = clock.monoMs();
		recorder.add({ kind: "shard-away", shard: index, fromMs, untilMs });
	};
}
