/** Trouble with the store, and on the way to it. */
import type { SeededRandom } from "../random.ts";
import type { Cluster } from "./cluster.ts";
import type { Fault } from "./faults.ts";
import { CALM, type LinkFaults } from "./store-link.ts";

export const storeFaults: readonly Fault[] = [
	{
		name: "cut from the store",
		weight: 3,
		lastsMs: [100, 15_000],
		begin(cluster, random) {
			const life = cluster.anyLife(random);
			if (life === undefined || life.link.cut) return;
			life.link.cut = true;
			const recovered = cluster.impair(life.nodeId, "cut-off");
			return () => {
				recovered();
				life.link.cut = false;
			};
		},
	},
	{
		name: "flaky link",
		weight: 3,
		lastsMs: [500, 10_000],
		begin: (cluster, random) =>
			troubleLink(cluster, random, {
				...{ delayMsMin: 0.1, delayMsMax: 1 + random.below(100) },
				breakBefore: random.unit() * 0.3,
				breakAfter: random.unit() * 0.3,
			}),
	},
	{
		name: "slow link",
		weight: 1,
		lastsMs: [500, 10_000],
		begin: (cluster, random) =>
			troubleLink(cluster, random, {
				...{ delayMsMin: 20, delayMsMax: 50 + random.below(1_500) },
				...{ breakBefore: 0, breakAfter: 0 },
			}),
	},
	{
		name: "store freeze",
		weight: 1,
		lastsMs: [100, 10_000],
		begin(cluster) {
			const { server } = cluster.world;
			if (server.condition !== "up") return;
			server.freeze();
			const recovered = impairAll(cluster);
			return () => {
				recovered();
				server.thaw();
			};
		},
	},
	{
		name: "store crash",
		weight: 1,
		lastsMs: [50, 12_000],
		begin(cluster, random) {
			const { server, disk, recorder } = cluster.world;
			if (server.condition === "down") return;
			const image = cluster.scenario.losesWrites
				? random.pick(disk.images)
				: undefined;
			if (image !== undefined) recorder.record({ kind: "lost-writes" });
			server.crash();
			const recovered = impairAll(cluster);
			return () => {
				recovered();
				server.start(image);
			};
		},
	},
];

function troubleLink(
	cluster: Cluster,
	random: SeededRandom,
	faults: LinkFaults,
): (() => void) | undefined {
	const life = cluster.anyLife(random);
	if (life === undefined) return;
	Object.assign(life.link.faults, faults);
	const recovered = cluster.impair(life.nodeId, "cut-off");
	return () => {
		recovered();
		Object.assign(life.link.faults, CALM);
	};
}

function impairAll(cluster: Cluster): () => void {
	const recovered = cluster.scenario.nodes.map(({ nodeId }) =>
		cluster.impair(nodeId, "cut-off"),
	);
	return () => {
		for (const tell of recovered) tell();
	};
}
