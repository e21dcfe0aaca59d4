/**
 * The report of a run: its figures, and the promises that were broken. `report-text.ts`
 * says how it reads.
 */
import type { Verdict } from "../../test/checker/checker.ts";
import type { Course } from "./course.ts";
import {
	FAULT_KINDS,
	type FaultKind,
	type FaultRecord,
	type RecoveredKind,
} from "./fault.ts";
import { commandOf, type Options } from "./options.ts";
import { type Recovery, recoveriesOf, vanishedMsMax } from "./recovery.ts";
import { RESUMED_MS_MAX, resumptionsOf } from "./resumption.ts";
import { type Scope, scopeOf } from "./scope.ts";
import { type Spread, spread } from "./spread.ts";

export interface Skipped {
	readonly kind: FaultKind;
	readonly why: string;
}

export interface RecoveryFigures {
	/** The times with no other fault near: what this fault alone costs. */
	readonly undisturbed: Spread;
	readonly all: Spread;
	/** Where to look: the task that waited longest, and when its node was struck. */
	readonly slowest: { readonly id: string; readonly atMs: number } | null;
	/** How many were cut short and not run again. */
	readonly never: number;
}

export interface Report {
	readonly seed: number;
	/** The command that repeats the faults and the workload. */
	readonly command: string;
	readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
	readonly skipped: readonly Skipped[];
	/** For runs that such a fault cut short: from the fault to the task's next start. */
	readonly recovery: Readonly<Record<RecoveredKind, RecoveryFigures>>;
	/** From Redis being back to the first task accepted. */
	readonly resumption: Spread;
	readonly submissions: {
		readonly ok: number;
		readonly refused: number;
		readonly unknown: number;
		/** How many were not accepted, by reason. */
		readonly why: Readonly<Record<string, number>>;
	};
	readonly tasks: {
		readonly accepted: number;
		readonly ended: number;
		/** How many were lost; only a Redis that forgets may lose any. */
		readonly lost: number;
		readonly runs: number;
		readonly overlaps: number;
		readonly staleRefused: number | null;
	};
	readonly drainedMs: number;
	readonly breaches: Verdict["breaches"];
	/** What the absence of a broken promise does not show. */
	readonly scope: Scope;
}

export function makeReport(
	options: Options,
	skipped: readonly Skipped[],
	{ recording, cluster, drainedMs }: Course,
	verdict: Verdict,
): Report {
	const { faults, runs, submissions } = recording;
	const killed = recoveriesOf("kill", faults, runs);
	const vanished = recoveriesOf("vanish", faults, runs);
	const resumptions = resumptionsOf(faults, submissions, recording.healedMs);
	const late = resumptions.filter(({ ms }) => ms > RESUMED_MS_MAX);
	const count = (outcome: string) =>
		submissions.filter((each) => each.outcome === outcome).length;
	const figures = {
		seed: options.seed,
		command: commandOf(options),
		faults: countKinds(faults),
		skipped,
		recovery: {
			kill: figuresOf(killed, recording.startMs),
			vanish: figuresOf(vanished, recording.startMs),
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
			// In a cluster that others use, it would count theirs, too.
			staleRefused:
				options.attach === undefined ? (cluster?.totals.stale ?? null) : null,
		},
		drainedMs: Math.round(drainedMs),
	};
	return {
		...figures,
		scope: scopeOf(options, figures),
		breaches: [
			...verdict.breaches,
			...late.map(({ kind, backMs, ms }) => ({
				promise: `work resumes within ${RESUMED_MS_MAX} ms of Redis being back`,
				what: `it took ${Math.round(ms)} ms after the ${kind} that was over at ${Math.round(backMs - recording.startMs)} ms`,
			})),
			...lateOf(vanished, recording.startMs, options.nodes),
		],
	};
}

/** What other faults hold up besides this one is not promised. */
function lateOf(
	vanished: readonly Recovery[],
	startMs: number,
	nodes: number,
): Verdict["breaches"] {
	const msMaxOf = (atMs: number) => vanishedMsMax(atMs - startMs, nodes);
	return vanished
		.filter(({ disturbed }) => !disturbed)
		.map((each) => ({ ...each, msMax: msMaxOf(each.atMs) }))
		.filter(({ ms = Number.POSITIVE_INFINITY, msMax }) => ms > msMax)
		.map(({ id, ms, msMax, atMs }) => ({
			promise: `what ran on a node that vanished starts elsewhere within ${msMax} ms`,
			what: `${id} ${ms === undefined ? "never did" : `did after ${Math.round(ms)} ms`}, of the node that vanished at ${Math.round(atMs - startMs)} ms`,
		}));
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

function figuresOf(
	recoveries: readonly Recovery[],
	startMs: number,
): RecoveryFigures {
	const calm = recoveries.filter(({ disturbed }) => !disturbed);
	const [slowest] = recoveries.toSorted((a, b) => (b.ms ?? 0) - (a.ms ?? 0));
	return {
		undisturbed: spreadOf(calm),
		all: spreadOf(recoveries),
		slowest: slowest
			? { id: slowest.id, atMs: Math.round(slowest.atMs - startMs) }
			: null,
		never: recoveries.filter(({ ms }) => ms === undefined).length,
	};
}

function spreadOf(recoveries: readonly Recovery[]): Spread {
	return spread(
		recoveries.map(({ ms }) => ms).filter((ms) => ms !== undefined),
	);
}
