/** How much a chaos run without a broken promise shows. */
import { expect, test } from "vitest";
import { readOptions } from "../../scripts/chaos/options.ts";
import type { Report } from "../../scripts/chaos/report.ts";
import { scopeOf } from "../../scripts/chaos/scope.ts";

const SPREAD = { count: 0, p50: null, p99: null, max: null };
const NONE = { undisturbed: SPREAD, all: SPREAD, slowest: null, never: 0 };
const FULL: Omit<Report, "scope" | "breaches"> = {
	...{ seed: 1, command: "", skipped: [], drainedMs: 1, resumption: SPREAD },
	faults: { kill: 12, pause: 3 },
	recovery: { kill: { ...NONE, all: { ...SPREAD, count: 9 } }, vanish: NONE },
	submissions: { ok: 500, refused: 0, unknown: 0, why: {} },
	tasks: {
		...{ accepted: 500, ended: 500, lost: 0, runs: 509, overlaps: 0 },
		staleRefused: 0,
	},
};

function scope(args: string, change: Partial<typeof FULL> = {}) {
	const options = readOptions(args.split(" "));
	if (options === undefined) throw new Error("that asks for help");
	return scopeOf(options, { ...FULL, ...change });
}

test("a run with many faults and tasks shows what was asked of it, and names the rest", () => {
	const { little, notShown } = scope("--faults kill,pause");
	expect(little).toEqual([]);
	expect(notShown).toEqual([
		"restart, redis-restart, redis-pause, partition, one-way, group, vanish: not asked for",
	]);
});

test("faults that did not come up, or are not possible, are named with why", () => {
	const why = "no permission";
	const { notShown } = scope("--faults kill,restart,vanish", {
		skipped: [{ kind: "vanish", why }],
	});
	expect(notShown).toContain(`vanish: not possible here, ${why}`);
	expect(notShown).toContain("restart: none came up in time");
});

test("few faults, few tasks, or no run cut short show little", () => {
	const { little } = scope("--faults kill", {
		faults: { kill: 1 },
		recovery: { kill: NONE, vanish: NONE },
		tasks: { ...FULL.tasks, accepted: 7 },
	});
	expect(little).toEqual([
		"1 fault",
		"7 tasks",
		"no run that a fault cut short",
	]);
	expect(scope("--faults pause").little).toEqual([]);
});

test("the scope says if others use the cluster", () => {
	const { notShown } = scope("--attach http://127.0.0.1:5000");
	expect(notShown.join()).toContain("not done to this cluster");
	expect(notShown.join()).toContain("tasks of others");
});
