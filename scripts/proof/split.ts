/**
 * Every peer is cut from every other, with Redis in reach: work goes on as fast, and the
 * peers find each other again.
 */
import type { SplitReport } from "../chaos/split-report.ts";
import { runChaos } from "./chaos-run.ts";
import type { Ground, Proof } from "./proof.ts";

export const split: Proof = {
	name: "split",
	proves:
		"throughput holds while no peer sees another, and the mesh is whole again soon after",
	takes: "3 min",
	unit: "seconds apart",
	times: 120,
	async run({ seed, times }: Ground) {
		const report = await runChaos<SplitReport>([
			...["--split", String(times), "--seed", String(seed)],
		]);
		const { before, split, after } = report.phases;
		return {
			figures: {
				"tasks ended a second before": before.endedPerS,
				"… while split": split.endedPerS,
				"… after": after.endedPerS,
				"… while split, as a part of before and after": report.ratio,
				"a lone task's wait while split, with a backlog, ms": split.waitHeavy,
				"… without one, ms": split.waitLight,
				"until nobody had word of anybody, ms": report.apartMs ?? "never",
				"until the mesh was whole again, ms": report.wholeMs ?? "never",
			},
			breaches: report.breaches,
		};
	},
};
