/** What the chaos run computes from its seed and from its recording, without a cluster. */
import { describe, expect, test } from "vitest";
import type { TaskAsRead } from "../../protocol/schema.ts";
import {
	type Cut,
	FAULT_KINDS,
	type FaultRecord,
	RECOVERED_KINDS,
} from "../../scripts/chaos/fault.ts";
import { landedMs } from "../../scripts/chaos/landing.ts";
import { planFaults, planSeries } from "../../scripts/chaos/plan.ts";
import { SeededRandom } from "../../scripts/chaos/random.ts";
import { type Recording, writeHistory } from "../../scripts/chaos/recording.ts";
import { recoveriesOf, vanishedMsMax } from "../../scripts/chaos/recovery.ts";
import { resumptionsOf } from "../../scripts/chaos/resumption.ts";
import { type Run, readRuns } from "../../scripts/chaos/run-line.ts";
import type { Submission } from "../../scripts/chaos/workload.ts";
import { judge } from "../checker/checker.ts";

const SETTINGS = { nodes: 5, durationMs: 60_000, kinds: FAULT_KINDS };

describe("a plan", () => {
	test("is the same for the same seed, and different for another", () => {
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

	test.each(RECOVERED_KINDS)(
		"of %ss strikes another node each time",
		(kind) => {
			const series = { kind, count: 50, everyMs: 1_000 };
			const plan = planSeries(3, series, new SeededRandom(1));
			const nodes = plan.map((fault) => {
				if ("cut" in fault) return fault.nodes[0];
				return "node" in fault ? fault.node : undefined;
			});
			expect(nodes).toHaveLength(50);
			expect(nodes.slice(1).every((node, i) => node !== nodes[i])).toBe(true);
		},
	);
});

const run = (token: number, pid: number, startMs: number, overMs?: number) => {
	const how = overMs === undefined ? "silence" : "end";
	return { id: "t", attempt: 1, token, pid, startMs, overMs, how } as Run;
};
const fault = (more: Partial<FaultRecord>): FaultRecord => ({
	...{ kind: "kill", nodes: ["a"], pids: [1], atMs: 100, untilMs: 200 },
	...more,
});

describe("a recording", () => {
	test("may have a run without an end, and a line cut off by a kill", () => {
		const line = (kind: string, token: number) =>
			JSON.stringify({ kind, id: "t", token, attempt: 1, pid: 1, ms: token });
		const text = `${line("start", 5)}\n${line("end", 5)}\n${line("start", 6)}\n{"ki`;
		expect(readRuns(text)).toMatchObject([
			{ token: 5, how: "end", overMs: 5 },
			{ token: 6, how: "silence", overMs: undefined },
		]);
	});

	test("gives the time of recovery, from the kill to the next start", () => {
		const runs = [run(1, 1, 50), run(2, 2, 350, 400)];
		expect(recoveriesOf("kill", [fault({})], runs)).toMatchObject([
			{ id: "t", ms: 250, disturbed: false },
		]);
		const pause = fault({ kind: "pause", pids: [3], atMs: 150 });
		expect(recoveriesOf("kill", [fault({}), pause], runs)).toMatchObject([
			{ ms: 250, disturbed: true },
		]);
	});

	test("shows a kill as undisturbed by one whose node is back, and a vanishing as disturbed, since that node cannot judge it yet", () => {
		const struck = fault({ kind: "vanish", atMs: 1_000 });
		const before = fault({ pids: [3], atMs: 500, untilMs: 600 });
		const after = fault({ pids: [1], atMs: 1_000 });
		const runs = [run(1, 1, 50), run(2, 2, 3_000)];
		const disturbed = (kind: "kill" | "vanish", of: FaultRecord) =>
			recoveriesOf(kind, [before, of], runs).map((each) => each.disturbed);
		expect(disturbed("kill", after)).toEqual([false]);
		expect(disturbed("vanish", struck)).toEqual([true]);
	});

	test("shows that a vanished node is taken for lost before its lease ends, by peers that can judge it", () => {
		expect(vanishedMsMax(7_000, 5)).toBe(5_000);
		expect(vanishedMsMax(1_500, 5)).toBe(6_900);
		expect(vanishedMsMax(7_000, 50)).toBe(6_900);
	});

	test("counts a run in a process of its own for the node that started that process", () => {
		const apart = { ...run(1, 9, 50), parent: 1 };
		expect(
			recoveriesOf("kill", [fault({})], [apart, run(2, 2, 350)]),
		).toMatchObject([{ ms: 250 }]);
	});

	test("counts a vanished node's run if it was repeated, or did not end", () => {
		const vanish = fault({ kind: "vanish", cut: "host" });
		const msOf = (...runs: Run[]) =>
			recoveriesOf("vanish", [vanish], runs).map(({ ms }) => ms);
		expect(msOf(run(1, 1, 50, 400), run(2, 2, 5_100))).toEqual([5_000]);
		expect(msOf(run(1, 1, 50))).toEqual([undefined]);
		// Its end was accepted once the node was back.
		expect(msOf(run(1, 1, 50, 400))).toEqual([]);
		// It had been lost before, and was run again elsewhere.
		expect(msOf(run(1, 1, 50), run(2, 2, 90, 400))).toEqual([]);
		// It started after the node was back.
		expect(msOf(run(1, 1, 300))).toEqual([]);
	});

	test("allows what was sent into a cut to arrive as long after it as it had been retried", () => {
		const cutFrom = (atMs: number, untilMs: number, more = {}) =>
			fault({ kind: "partition", cut: "store", atMs, untilMs, ...more });
		const landed = (...faults: FaultRecord[]) => landedMs(faults) - 1_000;
		const first = cutFrom(10_000, 14_000);
		expect(landed(first)).toBe(18_000);
		// It was retried in vain since the first cut.
		expect(landed(first, cutFrom(16_000, 20_000))).toBe(30_000);
		// Retries are two minutes apart at most, however long the cut is.
		expect(landed(cutFrom(10_000, 310_000))).toBe(430_000);
		// It had arrived before.
		expect(landed(first, cutFrom(30_000, 31_000))).toBe(32_000);
		const other = { nodes: ["b"] };
		expect(landed(first, cutFrom(16_000, 20_000, other))).toBe(24_000);
		// Peers send nothing that would have to be waited for.
		expect(landed(cutFrom(10_000, 14_000, { cut: "peers" }))).toBe(-1_000);
	});

	test("shows work that does not resume after Redis is back", () => {
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
		...{
			createdAt: "",
			attempt: 1,
			round: 1,
			failures: 0,
			crashes: 0,
			payload: null,
		},
		attempts: [
			{ round: 1, token: 7, node: "A", claimedAt: "", end: "success" },
		],
		result: { token: 7 },
	};
	const recording = (more: Partial<Recording>): Recording => ({
		...{ startMs: 0, healedMs: 800, readMs: 900, forgets: false },
		submissions: [submission],
		runs: [run(7, 1, 10, 20)],
		faults: [],
		nodes: [{ name: "a", lives: [{ pid: 1, endedMs: undefined }] }],
		reads: [[{ atMs: 900, task }], [{ atMs: 900, task }]],
		...{ flaws: [], openings: [] },
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

	test("sees a run that is not among the task's attempts", () => {
		const runs = [run(6, 1, 5, 8), run(7, 1, 10, 20)];
		expect(promises({ runs })).toEqual(["what is told of attempts is so"]);
	});

	test("excuses two runs at once if the earlier one's node was paused, and for no other reason", () => {
		const runs = [run(6, 1, 10, 35), run(7, 2, 30, 40)];
		const nodes = [
			{ name: "a", lives: [{ pid: 1, endedMs: undefined }] },
			{ name: "b", lives: [{ pid: 2, endedMs: undefined }] },
		];
		const attempts: TaskAsRead["attempts"] = [
			{
				...{ round: 1, token: 6, node: "A", claimedAt: "" },
				...{ end: "revoked", why: "its node had fallen silent" },
			},
			...task.attempts,
		];
		const read = [{ atMs: 900, task: { ...task, attempts } }];
		const reads = [read, read];
		const pause = fault({ kind: "pause", atMs: 15, untilMs: 35 });
		expect(promises({ runs, nodes, reads, faults: [pause] })).toEqual([]);
		const underCut = (cut: Cut) => {
			const struck = fault({ kind: "one-way", cut, atMs: 15, untilMs: 35 });
			return promises({ runs, nodes, reads, faults: [struck] });
		};
		expect(underCut("store-unanswered")).toEqual([]);
		expect(underCut("peers-unheard")).toHaveLength(1);
	});
});
