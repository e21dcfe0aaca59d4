/**
 * Many faults of one kind, one after the other: how soon the tasks that they cut short
 * run again.
 */
import type { Breach } from "../../test/checker/checker.ts";
import type { RecoveredKind } from "../chaos/fault.ts";
import type { Report } from "../chaos/report.ts";
import { runChaos } from "./chaos-run.ts";
import type { Finding, Ground } from "./proof.ts";

export interface Bars {
	readonly p50Ms: number;
	readonly p99Ms: number;
}

/** Measures so many faults on five nodes, each begun so long after the one before. */
export async function measureRecoveries(
	kind: RecoveredKind,
	everyMs: number,
	bars: Bars,
	{ seed, times }: Ground,
): Promise<Finding> {
	const report = await runChaos<Report>([
		...["--faults", kind, "--times", String(times)],
		...["--interval", String(everyMs), "--seed", String(seed)],
	]);
	const { all, never } = report.recovery[kind];
	return {
		figures: {
			faults: report.faults[kind] ?? 0,
			[`from a ${kind} to the next start, ms`]: all,
			"not run again": never,
			"runs beside another of their task": report.tasks.overlaps,
		},
		breaches: [
			...report.breaches,
			...slow(`p50 of a ${kind}`, all.p50, bars.p50Ms),
			...slow(`p99 of a ${kind}`, all.p99, bars.p99Ms),
			...(never === 0
				? []
				: [
						{
							promise: "what is cut short runs again",
							what: `${never} did not`,
						},
					]),
		],
	};
}

/** Nothing measured is no proof. */
function slow(what: string, ms: number | null, msMax: number): Breach[] {
	return ms !== null && ms <= msMax
		? []
		: [{ promise: `${what} is at most ${msMax} ms`, what: `it is ${ms} ms` }];
}
