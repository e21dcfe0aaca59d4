/**
 * The report of a split: what it cost, and whether that is more than promised.
 *
 * The split is compared with the healthy phases around it together, so that a machine
 * that slows down or speeds up by itself does not count for or against the cluster.
 */
import type { Breach } from "../../test/checker/checker.ts";
import { WHOLE_MS_MAX } from "./mesh.ts";
import { commandOf, type Options } from "./options.ts";
import { breachLines } from "./report-text.ts";
import type { Phase, SplitCourse } from "./split.ts";
import { formatSpread, type Spread, spread } from "./spread.ts";

/** The promise: the least that the rate while split may be of the rate around it. */
const RATIO_MIN = 0.9;

interface PhaseFigures {
	/** Tasks that ended per second, with a backlog. */
	readonly endedPerS: number;
	/** From a client's sending to the start of a task that came alone and found a backlog. */
	readonly waitHeavy: Spread;
	/** From a client's sending to the start of a task that came alone and found no backlog. */
	readonly waitLight: Spread;
	/** The wait of a task that came with many others at once, without a backlog. */
	readonly waitBurst: Spread;
}

export interface SplitReport {
	readonly seed: number;
	readonly command: string;
	readonly phases: Readonly<Record<Phase["name"], PhaseFigures>>;
	/** Tasks per second while split, as a part of those before and after. */
	readonly ratio: number;
	/** From the cut until no node heard from any other; null if never. */
	readonly apartMs: number | null;
	/** From mending until every node saw every other; null if that did not come. */
	readonly wholeMs: number | null;
	readonly breaches: readonly Breach[];
}

export function makeSplitReport(
	options: Options,
	course: SplitCourse,
): SplitReport {
	const { phases, apartMs, wholeMs, flaws } = course;
	const [before, split, after] = phases;
	const ratio = split.endedPerS / ratePerS([before, after]);
	const whole = wholeMs === undefined ? null : Math.round(wholeMs);
	const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
	const breaches: Breach[] = flaws.map(({ what }) => ({
		promise: "nothing else goes wrong",
		what,
	}));
	if (!(ratio >= RATIO_MIN)) {
		breaches.push({
			promise: `throughput stays at ${percent(RATIO_MIN)} while no peer sees another`,
			what: `it was at ${percent(ratio)}`,
		});
	}
	if (whole === null || whole > WHOLE_MS_MAX) {
		breaches.push({
			promise: `the mesh is whole within ${WHOLE_MS_MAX} ms of mending`,
			what: whole === null ? "it did not become so" : `it took ${whole} ms`,
		});
	}
	return {
		seed: options.seed,
		command: commandOf(options),
		phases: {
			before: figuresOf(before, course),
			split: figuresOf(split, course),
			after: figuresOf(after, course),
		},
		ratio: Math.round(ratio * 1_000) / 1_000,
		apartMs: apartMs === undefined ? null : Math.round(apartMs),
		wholeMs: whole,
		breaches,
	};
}

/** The rate of several phases together. */
function ratePerS(phases: readonly Phase[]): number {
	const ofHeavy = ({ fromMs, lightMs }: Phase) => lightMs - fromMs;
	const sum = (of: (phase: Phase) => number) =>
		phases.reduce((total, phase) => total + of(phase), 0);
	return sum((phase) => phase.endedPerS * ofHeavy(phase)) / sum(ofHeavy);
}

function figuresOf(
	{ fromMs, lightMs, untilMs, endedPerS }: Phase,
	{ probes, runs }: SplitCourse,
): PhaseFigures {
	const startMs = new Map(runs.map((run) => [run.id, run.startMs]));
	const waits = (from: number, until: number, ofBurst: boolean) =>
		spread(
			probes
				.filter(({ isOfBurst }) => isOfBurst === ofBurst)
				.filter(({ sentMs }) => sentMs >= from && sentMs < until)
				.map(({ id, sentMs }) => (startMs.get(id) ?? Number.NaN) - sentMs)
				.filter((ms) => !Number.isNaN(ms)),
		);
	return {
		endedPerS: Math.round(endedPerS),
		waitHeavy: waits(fromMs, lightMs, false),
		waitLight: waits(lightMs, untilMs, false),
		waitBurst: waits(lightMs, untilMs, true),
	};
}

export function formatSplitReport(report: SplitReport): string {
	const { phases, ratio, apartMs, wholeMs, breaches } = report;
	const lines = [
		`seed         ${report.seed}`,
		...Object.entries(phases).flatMap(([name, phase]) => [
			`${name.padEnd(12)} ${phase.endedPerS} tasks/s from a backlog; from submit to start, ms`,
			`             ${formatSpread(phase.waitHeavy)} beside the backlog`,
			`             ${formatSpread(phase.waitLight)} without one`,
			`             ${formatSpread(phase.waitBurst)} in bursts, without one`,
		]),
		`throughput   ${(ratio * 100).toFixed(1)} % of that before and after`,
		`mesh         ${apartMs === null ? "never apart" : `apart ${apartMs} ms after the cut`}`,
		`             ${wholeMs === null ? "not whole again" : `whole again ${wholeMs} ms after mending`}`,
		...breachLines(breaches),
		`Again: ${report.command}`,
	];
	return `${lines.join("\n")}\n`;
}
