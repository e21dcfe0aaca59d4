/** The report of a run: its figures, and the promises that were broken. */
import type { Verdict } from "../../test/checker/checker.ts";
import { percentile } from "../bench/stats.ts";
import type { Course } from "./course.ts";
import { FAULT_KINDS, type FaultKind, type FaultRecord } from "./fault.ts";
import type { Options } from "./options.ts";
import { type Recovery, recoveriesOf } from "./recovery.ts";
import { RESUMED_MS_MAX, resumptionsOf } from "./resumption.ts";

export interface Skipped {
	readonly kind: FaultKind;
	readonly why: string;
}

/** Of times, ms; percentiles null where there is none. */
interface Spread {
	readonly count: number;
	readonly p50: number | null;
	readonly p99: number | null;
	readonly max: number | null;
}

export interface Report {
	readonly seed: number;
	/** Repeats the faults and the workload. */
	readonly command: string;
	readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
	readonly skipped: readonly Skipped[];
	/** Of runs that a kill cut short: from the kill to the task's next start. */
	readonly recovery: {
		/** With no other fault near: what a kill alone costs. */
		readonly undisturbed: Spread;
		readonly all: Spread;
		/** Where to look: the task that waited longest, and when its node was killed. */
		readonly slowest: { readonly id: string; readonly killedMs: number } | null;
		/** Cut short, and not run again. */
		readonly never: number;
	};
	/** From Redis being back to the first task accepted. */
	readonly resumption: Spread;
	readonly submissions: {
		readonly ok: number;
		readonly refused: number;
		readonly unknown: number;
		/** Of those that were not accepted: how many, by reason. */
		readonly why: Readonly<Record<string, number>>;
	};
	readonly tasks: {
		readonly accepted: number;
		readonly ended: number;
		/** Only a Redis that forgets may lose any. */
		readonly lost: number;
		readonly runs: number;
		readonly overlaps: number;
		readonly staleRefused: number | null;
	};
	readonly drainedMs: number;
	readonly breaches: Verdict["breaches"];
}

export function makeReport(
	options: Options,
	skipped: readonly Skipped[],
	{ recording, cluster, drainedMs }: Course,
	verdict: Verdict,
): Report {
	const { faults, runs, submissions } = recording;
	const recoveries = recoveriesOf(faults, runs);
	const resumptions = resumptionsOf(faults, submissions, recording.healedMs);
	const late = resumptions.filter(({ ms }) => ms > RESUMED_MS_MAX);
	const count = (outcome: string) =>
		submissions.filter((each) => each.outcome === outcome).length;
	return {
		seed: options.seed,
		command: commandOf(options),
		faults: countKinds(faults),
		skipped,
		recovery: {
			undisturbed: spreadOf(recoveries.filter(({ disturbed }) => !disturbed)),
			all: spreadOf(recoveries),
			slowest: slowestOf(recoveries, recording.startMs),
			never: recoveries.filter(({ ms }) => ms === undefined).length,
		},
		resumption: spread(resumptions.map(({ ms }) => ms)),
		submissions: {
			ok: count("ok"),
			refused: count("refused"),
			unknown: count("unknown"),
			why: countReasons(submissions),
		},
		tasks: {
			accepted: verdict.accepted,
			ended: verdict.ended,
			lost: verdict.lostToTheStore,
			runs: verdict.attempts,
			overlaps: verdict.overlaps,
			staleRefused: cluster?.totals.stale ?? null,
		},
		drainedMs: Math.round(drainedMs),
		breaches: [
			...verdict.breaches,
			...late.map(({ kind, backMs, ms }) => ({
				promise: `work resumes within ${RESUMED_MS_MAX} ms of Redis being back`,
				what: `it took ${Math.round(ms)} ms after the ${kind} that was over at ${Math.round(backMs - recording.startMs)} ms`,
			})),
		],
	};
}

function countKinds(faults: readonly FaultRecord[]): Report["faults"] {
	return Object.fromEntries(
		FAULT_KINDS.map((kind) => [
			kind,
			faults.filter((fault) => fault.kind === kind).length,
		]).filter(([, count]) => count !== 0),
	);
}

function countReasons(
	submissions: Course["recording"]["submissions"],
): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { why } of submissions) {
		if (why !== undefined) counts[why] = (counts[why] ?? 0) + 1;
	}
	return counts;
}

function spreadOf(recoveries: readonly Recovery[]): Spread {
	return spread(
		recoveries.map(({ ms }) => ms).filter((ms) => ms !== undefined),
	);
}

function slowestOf(
	recoveries: readonly Recovery[],
	startMs: number,
): Report["recovery"]["slowest"] {
	const [slowest] = recoveries.toSorted((a, b) => (b.ms ?? 0) - (a.ms ?? 0));
	if (slowest === undefined) return null;
	const { id, killedMs } = slowest;
	return { id, killedMs: Math.round(killedMs - startMs) };
}

function spread(times: readonly number[]): Spread {
	const rounded = times.map(Math.round);
	const at = (percent: number) =>
		rounded.length === 0 ? null : percentile(rounded, percent);
	return { count: rounded.length, p50: at(50), p99: at(99), max: at(100) };
}

function commandOf(options: Options): string {
	const { attach, nodes, durationMs, seed, faults, fsync, kills } = options;
	const what =
		kills === undefined
			? `--duration ${durationMs / 1_000} --faults ${faults.join(",")}`
			: `--kills ${kills.count} --interval ${kills.everyMs}`;
	const where =
		attach === undefined
			? `--nodes ${nodes} --fsync ${fsync}`
			: `--attach ${attach}`;
	return `npm run chaos -- ${where} ${what} --seed ${seed}`;
}

const BREACHES_SHOWN_MAX = 40;

export function formatReport(report: Report): string {
	const { faults, skipped, submissions, tasks, recovery, breaches } = report;
	const whys = Object.entries(submissions.why).map(
		([why, n]) => `${n} × ${why}`,
	);
	const made = Object.entries(faults).map(([kind, n]) => `${n} × ${kind}`);
	const lines = [
		`seed         ${report.seed}`,
		`faults       ${made.join(", ") || "none"}`,
		...skipped.map(({ kind, why }) => `skipped      ${kind}: ${why}`),
		`submissions  ${submissions.ok} accepted, ${submissions.refused} refused, ${submissions.unknown} with unknown outcome`,
		`             ${whys.join(", ") || "no refusal"}`,
		`tasks        ${tasks.accepted} accepted, ${tasks.ended} ended, ${tasks.lost} lost`,
		`runs         ${tasks.runs}, of which ${tasks.overlaps} overlapped another; ${tasks.staleRefused ?? "?"} stale writes refused`,
		`recovery     from a kill to the next start of what ran there, ms`,
		`             ${formatSpread(recovery.undisturbed)} with no other fault near`,
		`             ${formatSpread(recovery.all)} in all; ${recovery.never} not run again`,
		...(recovery.slowest === null
			? []
			: [
					`             the slowest: ${recovery.slowest.id}, killed at ${recovery.slowest.killedMs}`,
				]),
		`resumption   from Redis being back to the first task accepted, ms`,
		`             ${formatSpread(report.resumption)}`,
		`drained      ${report.drainedMs} ms after all was mended`,
		"",
		breaches.length === 0
			? "Every promise was kept."
			: `${breaches.length} BROKEN PROMISES`,
		...breaches
			.slice(0, BREACHES_SHOWN_MAX)
			.map(({ promise, what }) => `  ${promise}: ${what}`),
		...(breaches.length > BREACHES_SHOWN_MAX
			? [`  … and ${breaches.length - BREACHES_SHOWN_MAX} more; see --json`]
			: []),
		`Again: ${report.command}`,
	];
	return `${lines.join("\n")}\n`;
}

function formatSpread({ count, p50, p99, max }: Spread): string {
	return count === 0
		? "none"
		: `p50 ${p50}, p99 ${p99}, max ${max}, of ${count}`;
}
