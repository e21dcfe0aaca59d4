/** By what a chaos run judges a split, and when a mesh is whole or apart, without a cluster. */
import { describe, expect, test } from "vitest";
import type { NodeAsRead } from "../../protocol/schema/nodes.ts";
import { isApart, isWhole } from "../../scripts/chaos/mesh.ts";
import { type Options, readOptions } from "../../scripts/chaos/options.ts";
import type { Run } from "../../scripts/chaos/run-line.ts";
import type { Phase } from "../../scripts/chaos/split.ts";
import { makeSplitReport } from "../../scripts/chaos/split-report.ts";

const run = (token: number, pid: number, startMs: number, overMs?: number) => {
	const how = overMs === undefined ? "silence" : "end";
	return { id: "t", attempt: 1, token, pid, startMs, overMs, how } as Run;
};

describe("a split", () => {
	const options = readOptions(["--split", "120", "--seed", "1"]) as Options;
	const report = (splitPerS: number, wholeMs: number | undefined) => {
		const phase = (name: Phase["name"], fromMs: number, endedPerS: number) => ({
			...{ name, endedPerS, fromMs },
			...{ lightMs: fromMs + 10, untilMs: fromMs + 20 },
		});
		return makeSplitReport(options, {
			phases: [
				phase("before", 0, 1_100),
				phase("split", 20, splitPerS),
				phase("after", 40, 900),
			],
			probes: [
				{ id: "t", sentMs: 22, isOfBurst: false },
				{ id: "lost", sentMs: 23, isOfBurst: false },
			],
			runs: [run(1, 1, 25, 26)],
			...{ apartMs: 4_000, wholeMs, flaws: [] },
		});
	};

	test("is held against the phases before and after", () => {
		const kept = report(900, 15_000);
		expect(kept).toMatchObject({ ratio: 0.9, breaches: [] });
		expect(kept.phases.split.waitHeavy).toMatchObject({ count: 1, max: 3 });
		expect(report(890, 15_000).breaches).toHaveLength(1);
	});

	test("has to end in a whole mesh, in time", () => {
		expect(report(1_000, 15_001).breaches).toHaveLength(1);
		expect(report(1_000, undefined).breaches).toHaveLength(1);
	});
});

describe("a mesh", () => {
	const node = (id: string, ...seenBy: string[]) =>
		({ id, state: "up", seenBy }) as unknown as NodeAsRead;
	const whole = [node("a", "b"), node("b", "a")];

	test("is whole when every node says that all see all", () => {
		expect(isWhole([whole, whole])).toBe(true);
		expect(isWhole([whole, [node("a", "b"), node("b")]])).toBe(false);
		expect(isWhole([[node("a")], [node("b")]])).toBe(false);
		const gone = { ...node("c"), state: "dead" } as NodeAsRead;
		expect(isWhole([whole, [...whole, gone]])).toBe(true);
		expect(isWhole([whole, whole, whole])).toBe(false);
	});

	test("is apart when no node hears that another sees any", () => {
		const apart = [node("a"), node("b")];
		expect(isApart([apart, apart])).toBe(true);
		expect(isApart([apart, [node("a", "b"), node("b")]])).toBe(false);
	});
});
