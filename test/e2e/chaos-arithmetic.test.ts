/** What the chaos run makes of its seed and of what it wrote down, without a cluster. */
import { describe, expect, test } from "vitest";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { FAULT_KINDS, type FaultRecord } from "../../scripts/chaos/fault.ts";
import { planFaults, planKills } from "../../scripts/chaos/plan.ts";
import { SeededRandom } from "../../scripts/chaos/random.ts";
import { type Recording, writeHistory } from "../../scripts/chaos/recording.ts";
import { recoveriesOf } from "../../scripts/chaos/recovery.ts";
import { resumptionsOf } from "../../scripts/chaos/resumption.ts";
import { type Run, readRuns } from "../../scripts/chaos/run-line.ts";
import type { Submission } from "../../scripts/chaos/workload.ts";
import { judge } from "../checker/checker.ts";

const SETTINGS = { nodes: 5, durationMs: 60_000, kinds: FAULT_KINDS };

describe("a plan", () => {
	test("is the same for the same seed, and another for another", () => {
		const plan = (seed: number) => planFaults(SETTINGS, new SeededRandom(seed));
		expect(plan(1)).toEqual(plan(1));
		expect(plan(1)).not.toEqual(plan(2));
	});

	test.each([1, 2, 3, 4, 5])(
		"of seed %i never strikes a node that still has a fault",
		(seed) => {
			const plan = planFaults(SETTINGS, new SeededRandom(seed));
			expect(plan.length).toBeGreaterThan(10);
			for (const [i, fault] of plan.entries()) {
				if (!("node" in fault)) continue;
				const before = plan
					.slice(0, i)
					.filter((each) => "node" in each && each.node === fault.node);
				for (const { atMs, lengthMs } of before) {
					expect(fault.atMs).toBeGreaterThan(atMs + lengthMs);
				}
			}
		},
	);

	test("of kills strikes another node each time", () => {
		const plan = planKills(3, 50, 1_000, new SeededRandom(1));
		const nodes = plan.map((fault) => "node" in fault && fault.node);
		expect(nodes).toHaveLength(50);
		expect(nodes.slice(1).every((node, i) => node !== nodes[i])).toBe(true);
	});
});

const run = (token: number, pid: number, startMs: number, overMs?: number) => {
	const how = overMs === undefined ? "silence" : "end";
	return { id: "t", attempt: 1, token, pid, startMs, overMs, how } as Run;
};
const fault = (more: Partial<FaultRecord>): FaultRecord => ({
	...{ kind: "kill", nodes: ["a"], pids: [1], atMs: 100, untilMs: 200 },
	...more,
});

describe("what was written down", () => {
	test("a run without its end, and a line cut off by a kill", () => {
		const line = (kind: string, token: number) =>
			JSON.stringify({ kind, id: "t", token, attempt: 1, pid: 1, ms: token });
		const text = `${line("start", 5)}\n${line("end", 5)}\n${line("start", 6)}\n{"ki`;
		expect(readRuns(text)).toMatchObject([
			{ token: 5, how: "end", overMs: 5 },
			{ token: 6, how: "silence", overMs: undefined },
		]);
	});

	test("the time of recovery is from the kill to the next start", () => {
		const runs = [run(1, 1, 50), run(2, 2, 350, 400)];
		expect(recoveriesOf([fault({})], runs)).toMatchObject([
			{ id: "t", ms: 250, disturbed: false },
		]);
		const pause = fault({ kind: "pause", pids: [3], atMs: 150 });
		expect(recoveriesOf([fault({}), pause], runs)).toMatchObject([
			{ ms: 250, disturbed: true },
		]);
	});

	test("work that does not resume after Redis is back is seen", () => {
		const redis = fault({ kind: "redis-restart", nodes: [], pids: [] });
		expect(resumptionsOf([redis], [], 9_000)).toMatchObject([
			{ ms: Number.POSITIVE_INFINITY },
		]);
		expect(resumptionsOf([redis], [], 1_000)).toEqual([]);
	});
});

describe("the checker, given a recording", () => {
	const submission: Submission = {
		task: { id: "t", type: "chaos", priority: 5 },
		expected: "SUCCESS",
		sentMs: 1,
		answeredMs: 2,
		outcome: "ok",
	};
	const task: TaskAsRead = {
		...{ id: "t", type: "chaos", queue: "default", labels: [], priority: 5 },
		state: "SUCCESS",
		...{ createdAt: "", attempt: 1, crashes: 0, payload: null },
		attempts: [{ token: 7, node: "A", claimedAt: "", end: "success" }],
		result: { token: 7 },
	};
	const recording = (more: Partial<Recording>): Recording => ({
		...{ startMs: 0, healedMs: 800, readMs: 900, forgets: false },
		submissions: [submission],
		runs: [run(7, 1, 10, 20)],
		faults: [],
		nodes: [{ name: "a", lives: [{ pid: 1, endedMs: undefined }] }],
		reads: [[{ atMs: 900, task }], [{ atMs: 900, task }]],
		flaws: [],
		...more,
	});
	const promises = (more: Partial<Recording>) => {
		const stopMs = { paused: 0, "cut-off": 0, gone: 0 };
		const history = writeHistory(recording(more));
		const { breaches } = judge(history, { drainMs: 1_000, stopMs });
		return breaches.map(({ promise }) => promise);
	};

	test("finds nothing wrong with a run that went well", () => {
		expect(promises({})).toEqual([]);
	});

	test("sees that an accepted task is gone", () => {
		expect(promises({ reads: [[], []] })).toEqual([
			"every accepted task is there, and nothing else",
		]);
	});

	test("sees a token that was used twice", () => {
		const runs = [run(7, 1, 10, 20), run(7, 1, 30, 40)];
		expect(promises({ runs })).toEqual(["tokens are unique and rise"]);
	});

	test("sees a result whose run did not do its work", () => {
		expect(promises({ runs: [] })).toEqual([
			"a result is taken from its newest token only",
		]);
	});

	test("excuses two runs at once by a pause of the earlier one's node, and by nothing else", () => {
		const runs = [run(6, 1, 10, 35), run(7, 2, 30, 40)];
		const nodes = [
			{ name: "a", lives: [{ pid: 1, endedMs: undefined }] },
			{ name: "b", lives: [{ pid: 2, endedMs: undefined }] },
		];
		const pause = fault({ kind: "pause", atMs: 15, untilMs: 35 });
		expect(promises({ runs, nodes, faults: [pause] })).toEqual([]);
		const cut = { kind: "partition", cut: "peers" } as const;
		expect(
			promises({ runs, nodes, faults: [fault({ ...cut, atMs: 15 })] }),
		).toHaveLength(1);
	});
});
