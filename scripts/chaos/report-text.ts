/** How a report reads in a terminal. */
import type { Breach } from "../../test/checker/checker.ts";
import { RECOVERED_KINDS, type RecoveredKind } from "./fault.ts";
import type { RecoveryFigures, Report } from "./report.ts";
import { formatSpread } from "./spread.ts";

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
		...(whys.length === 0
			? []
			: [
					`             ${whys.join(", ")}`,
					"             (allowed while nodes or Redis are away: what was refused was not taken)",
				]),
		`tasks        ${tasks.accepted} accepted, ${tasks.ended} ended, ${tasks.lost} lost`,
		`runs         ${tasks.runs}, of which ${tasks.overlaps} overlapped another${tasks.staleRefused === null ? "" : `; ${tasks.staleRefused} stale writes refused`}`,
		...(tasks.overlaps > 0 && breaches.length === 0
			? [
					"             (allowed while the holder is frozen, or is cut off as another node comes: it stopped in time, and its result was refused)",
				]
			: []),
		...RECOVERED_KINDS.flatMap((kind) => recoveryLines(kind, recovery[kind])),
		`resumption   from Redis being back to the first task accepted, ms`,
		`             ${formatSpread(report.resumption)}`,
		`drained      ${report.drainedMs} ms after all was mended`,
		...(breaches.length === 0 ? scopeLines(report) : breachLines(breaches)),
		`Again: ${report.command}`,
	];
	return `${lines.join("\n")}\n`;
}

function recoveryLines(
	kind: RecoveredKind,
	{ undisturbed, all, slowest, never }: RecoveryFigures,
): string[] {
	if (all.count + never === 0) return [];
	const label = `recovery     from a ${kind} to the next start of what ran there, ms`;
	return [
		label,
		`             ${formatSpread(undisturbed)} with no other fault near`,
		`             ${formatSpread(all)} in all; ${never} not run again`,
		...(slowest === null
			? []
			: [`             the slowest: ${slowest.id}, struck at ${slowest.atMs}`]),
	];
}

/** Says that nothing was broken, and how much that is worth. */
function scopeLines({ scope, tasks }: Report): string[] {
	const { little, notShown } = scope;
	return [
		"",
		little.length === 0
			? `Every promise was kept: each of the ${tasks.accepted} tasks accepted ended once, with the result of its newest run, and no run went on beside another that could have known.`
			: `No promise was broken, but that shows little of a run with ${little.join(", ")}; a longer run shows more.`,
		...notShown.map((what) => `Not shown    ${what}`),
	];
}

/** The verdict, and what it rests on. */
export function breachLines(breaches: readonly Breach[]): string[] {
	const left = breaches.length - BREACHES_SHOWN_MAX;
	return [
		"",
		breaches.length === 0
			? "Every promise was kept."
			: `${breaches.length} BROKEN PROMISES`,
		...breaches
			.slice(0, BREACHES_SHOWN_MAX)
			.map(({ promise, what }) => `  ${promise}: ${what}`),
		...(left > 0 ? [`  … and ${left} more; see --json`] : []),
	];
}
