/** Three long runs of all faults on real processes, each from a seed of its own. */
import type { Report } from "../chaos/report.ts";
import { runChaos } from "./chaos-run.ts";
import type { Ground, Proof } from "./proof.ts";

const RUNS = 3;

export const chaos: Proof = {
	name: "chaos",
	proves: `no promise is broken in ${RUNS} runs of all faults on real processes`,
	takes: "17 min",
	unit: "minutes of faults a run",
	times: 5,
	async run({ seed, times, tell }: Ground) {
		const reports: Report[] = [];
		for (let run = 0; run < RUNS; run++) {
			tell(`run ${run + 1} of ${RUNS}, ${times} minutes of faults`);
			const length = ["--duration", String(times * 60)];
			reports.push(
				await runChaos<Report>([...length, "--seed", String(seed + run)]),
			);
		}
		const sum = (of: (report: Report) => number) =>
			reports.reduce((total, report) => total + of(report), 0);
		const skipped = reports.flatMap((report) => report.skipped);
		const leftOut = [...new Set(skipped.map(({ kind }) => kind))];
		return {
			figures: {
				faults: sum(({ faults }) =>
					Object.values(faults).reduce((total, count) => total + count, 0),
				),
				"kinds of fault left out": leftOut.join(", ") || "none",
				"tasks accepted": sum(({ tasks }) => tasks.accepted),
				"tasks ended": sum(({ tasks }) => tasks.ended),
				runs: sum(({ tasks }) => tasks.runs),
				"runs beside another of their task": sum(({ tasks }) => tasks.overlaps),
			},
			breaches: reports.flatMap(({ breaches, command }) =>
				breaches.map(({ promise, what }) => ({
					promise,
					what: `${what} (${command})`,
				})),
			),
		};
	},
};
