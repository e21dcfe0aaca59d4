/**
 * What a cloud recommends: in one run of eight, and in each without trouble, it marks nodes
 * now and then as such that may soon be taken away. It draws from chance of its own, so that
 * other runs stay as they are.
 */
import type { SeededRandom } from "../random.ts";
import type { Cluster } from "./cluster.ts";

const RUNS = 8;
const EVERY_MS_MAX = 10_000;

/** Begins to recommend. Returns the function that ends it. */
export function recommend(cluster: Cluster, random: SeededRandom): () => void {
	let over = !random.oneIn(RUNS) && cluster.scenario.kind !== "fair";
	const { clock, recorder } = cluster.world;
	const next = () => {
		clock.after(random.below(EVERY_MS_MAX), () => {
			if (over) return;
			const life = cluster.anyLife(random);
			life?.markAtRisk();
			if (life !== undefined) recorder.fault("rebalance recommendation");
			next();
		});
	};
	if (!over) next();
	return () => {
		over = true;
	};
}
