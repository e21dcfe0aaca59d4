/**
 * Trouble with the number of shards: somebody starts a node with another number than the
 * cluster's.
 */
import type { SeededRandom } from "../random.ts";
import type { Cluster } from "./cluster.ts";
import type { Fault } from "./faults.ts";
import { loseStore } from "./group-faults.ts";
import type { NodeSpec } from "./scenario.ts";
import { SHARDS_MAX } from "./store-server.ts";

const JOINER = "simulated-joiner";
/** The longest time from the loss of all data to the start of the node, which is usually started at once. */
const JOINS_MS_MAX = 2_000;
/** The shortest and the longest time for which the others may be cut off from the store meanwhile. */
const CUT_MS_MIN = 1_000;
const CUT_MS_MAX = 8_000;

export const numberFaults: readonly Fault[] = [
	{
		// It may find a store that has just lost the cluster, or has it in all shards but the
		// first, with nobody there to correct it.
		name: "joiner of another number",
		weight: 1,
		lastsMs: [3_000, 20_000],
		begin(cluster, random) {
			const { clock, server } = cluster.world;
			if (cluster.joiner !== undefined) return;
			const spec = drawJoiner(cluster, random);
			cluster.joiner = spec;
			const mayEmpty = cluster.scenario.losesWrites && random.oneIn(2);
			let reconnect = () => {};
			if (mayEmpty && server.condition === "up") {
				cluster.emptyStore(random.oneIn(2) ? 1 : undefined);
				if (random.oneIn(2)) reconnect = cutOffAll(cluster);
			}
			const timers = [
				clock.after(random.unit() ** 4 * JOINS_MS_MAX, () =>
					cluster.start(spec),
				),
				clock.after(
					CUT_MS_MIN + random.unit() * (CUT_MS_MAX - CUT_MS_MIN),
					() => reconnect(),
				),
			];
			return () => {
				for (const timer of timers) timer.cancel();
				reconnect();
				cluster.joiner = undefined;
				cluster.lifeOf(spec)?.kill();
			};
		},
	},
];

function drawJoiner({ scenario }: Cluster, random: SeededRandom): NodeSpec {
	const numbers = [1, 2, SHARDS_MAX].filter((n) => n !== scenario.shards);
	return {
		...{ nodeId: JOINER, shards: random.pick(numbers), concurrency: 2, cap: 2 },
		...{ clockRate: 1, gossips: random.oneIn(2) },
		...{ labels: ["gpu"], queues: undefined },
	};
}

/**
 * Takes the store out of reach of all present nodes. The function returned, which may be
 * called twice, ends that.
 */
function cutOffAll(cluster: Cluster): () => void {
	const ids = cluster.scenario.nodes.map(({ nodeId }) => nodeId);
	const end = loseStore(cluster, ids);
	let over = false;
	return () => {
		if (!over) end();
		over = true;
	};
}
