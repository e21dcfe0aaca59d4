/**
 * What a run without a broken promise shows, and what it does not: a verdict is worth as
 * much as what was tried. Pure.
 */
import { FAULT_KINDS, type FaultKind, RECOVERED_KINDS } from "./fault.ts";
import type { Options } from "./options.ts";
import type { Report } from "./report.ts";

/** With fewer faults, that no promise was broken may be chance. */
const FAULTS_MIN = 10;
const TASKS_MIN = 100;

export interface Scope {
	/** What the run does not show, in a sentence each. */
	readonly notShown: readonly string[];
	/** Why the run shows little; empty if it does not. */
	readonly little: readonly string[];
}

export function scopeOf(
	{ attach, faults: asked, series, fsync }: Options,
	{ faults, skipped, tasks, recovery }: Omit<Report, "scope" | "breaches">,
): Scope {
	const left = skipped.map(({ kind }) => kind);
	const missing = FAULT_KINDS.filter(
		(kind) => asked.includes(kind) && !left.includes(kind) && !faults[kind],
	);
	const unasked = FAULT_KINDS.filter((kind) => !asked.includes(kind));
	const made = Object.values(faults).reduce((sum, count) => sum + count, 0);
	const cutShort = RECOVERED_KINDS.reduce(
		(sum, kind) => sum + recovery[kind].all.count + recovery[kind].never,
		0,
	);
	const kills = RECOVERED_KINDS.some((kind) => asked.includes(kind));
	return {
		notShown: [
			...skipped.map(({ kind, why }) => `${kind}: not possible here, ${why}`),
			...said(
				attach === undefined ? "not asked for" : "not done to this cluster",
				unasked,
			),
			...(series === undefined ? said("none came up in time", missing) : []),
			...(attach === undefined
				? []
				: [
						"tasks of others, and what the cluster counts: it is not chaos's own",
					]),
			...(fsync === "everysec"
				? ["durability: this Redis may forget its last writes"]
				: []),
		],
		little: [
			...(made < FAULTS_MIN ? [counted(made, "fault")] : []),
			...(tasks.accepted < TASKS_MIN ? [counted(tasks.accepted, "task")] : []),
			...(kills && cutShort === 0 ? ["no run that a fault cut short"] : []),
		],
	};
}

function counted(count: number, what: string): string {
	return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function said(what: string, kinds: readonly FaultKind[]): string[] {
	return kinds.length === 0 ? [] : [`${kinds.join(", ")}: ${what}`];
}
