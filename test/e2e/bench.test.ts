/**
 * The bench itself, in a tiny form: its figures mean nothing here, its shape
 * does. And a guard: a run just long enough that a fall by half is noticed.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { latencyFigures } from "../../scripts/bench/latency-figures.ts";
import type { Side } from "../../scripts/bench/measure.ts";
import type { Report } from "../../scripts/bench/report.ts";
import {
	drainRate,
	finishedMs,
	median,
	medianRatio,
	percentile,
} from "../../scripts/bench/stats.ts";

const BENCH = new URL("../../scripts/bench.ts", import.meta.url).pathname;
/** On a busy machine; a quiet one takes a third of it. */
const RUN_MS_MAX = 110_000;

/** Measures, and who stands side by side in each. (The guard has the others.) */
const SIDES_OF: Readonly<Record<string, readonly Side[]>> = {
	single: ["hearsay", "bullmq", "ceiling"],
	"end-to-end": ["hearsay", "bullmq", "ceiling"],
	priorities: ["hearsay", "bullmq", "ceiling"],
	"three-nodes": ["hearsay", "one-node", "bullmq"],
	latency: [
		"hearsay",
		"other-node",
		"sweep",
		"in-process",
		"bullmq",
		"bullmq-http",
	],
	"latency-half": ["hearsay", "other-node", "bullmq", "bullmq-http"],
};

/** Their sides are compared turn by turn. */
const LIVE_TOGETHER: ReadonlySet<string> = new Set(["three-nodes"]);

function runBench(...args: string[]) {
	return promisify(execFile)(process.execPath, [BENCH, ...args], {
		timeout: RUN_MS_MAX,
	});
}

async function report(
	tasks: number,
	rounds: number,
	only: readonly string[],
): Promise<Report> {
	const { stdout } = await runBench(
		...["--json", "--tasks", String(tasks), "--rounds", String(rounds)],
		...["--only", only.join(",")],
	);
	return JSON.parse(stdout);
}

describe("the bench", () => {
	test("puts every side of a measure and its ratio into its report", async () => {
		const names = Object.keys(SIDES_OF);
		const { machine, settings, notes, results } = await report(100, 1, names);
		expect(machine.cores).toBeGreaterThan(0);
		expect(settings).toMatchObject({ tasks: 100, rounds: 1 });
		expect(Object.keys(notes)).toEqual(names);
		expect([...new Set(results.map(({ measure }) => measure))]).toEqual(names);
		for (const { measure, title, sides, ratios } of results) {
			expect(Object.keys(sides).sort(), measure).toEqual(
				SIDES_OF[measure]?.toSorted(),
			);
			const own = sides.hearsay?.median ?? 0;
			expect(own, title).toBeGreaterThan(0);
			for (const [side, ratio] of Object.entries(ratios)) {
				const other = sides[side as Side];
				const expected = LIVE_TOGETHER.has(measure)
					? medianRatio(sides.hearsay?.rounds ?? [], other?.rounds ?? [])
					: own / (other?.median ?? 0);
				expect(ratio, `${title}, ${side}`).toBeCloseTo(expected);
			}
		}
	}, 120_000);

	/**
	 * On a quiet machine Hearsay processes about twice what BullMQ does in so
	 * short a run, and half of what the bare scripts do. What else goes on here
	 * only ever slows a round, so the best of three is compared with the best.
	 */
	test("finds Hearsay no slower than half of what it was", async () => {
		const { results } = await report(10_000, 3, ["bulk", "processing"]);
		const share = (measure: string, side: Side): number => {
			const line = results.find((each) => each.measure === measure);
			const best = (of: Side) => Math.max(...(line?.sides[of]?.rounds ?? []));
			return best("hearsay") / best(side);
		};
		expect(share("bulk", "bullmq")).toBeGreaterThan(1);
		expect(share("processing", "bullmq")).toBeGreaterThan(1.2);
		expect(share("processing", "ceiling")).toBeGreaterThan(0.25);
	}, 120_000);

	test("refuses a measure that it does not know, with exit code 2", async () => {
		await expect(runBench("--only", "magic")).rejects.toMatchObject({
			code: 2,
			stderr: expect.stringContaining("magic"),
		});
	});
});

describe("the arithmetic of the bench", () => {
	test("a median of rounds is not moved by one that went wrong", () => {
		expect(median([100, 3, 101])).toBe(100);
		expect(median([1, 2, 3, 4])).toBe(2.5);
	});

	test("what slows two sides down for a while is not in their ratio by turns", () => {
		expect(medianRatio([10, 30, 5], [20, 10, 10])).toBe(0.5);
		expect(medianRatio([9, 10, 11], [10, 20, 11])).toBe(0.9);
	});

	test("percentiles are values that were seen", () => {
		const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
		expect(percentile(hundred, 50)).toBe(50);
		expect(percentile(hundred, 99)).toBe(99);
		expect(percentile([7], 99)).toBe(7);
	});

	test("a latency has the percentiles of starts and of results", () => {
		const thousand = Array.from({ length: 1_000 }, (_, i) => i + 1);
		expect(latencyFigures(thousand, [5])).toEqual({
			...{ "start p50": 500, "start p99": 990, "start p99.9": 999 },
			...{ "result p50": 5, "result p99": 5, "result p99.9": 5 },
		});
	});

	test("the moment of the last end is found between two samples", () => {
		const samples = [
			{ atMs: 0, unfinished: 1_000 },
			{ atMs: 90, unfinished: 100 },
			{ atMs: 190, unfinished: 0 },
		];
		expect(finishedMs(samples)).toBe(100);
	});

	test("the rate of a backlog leaves out the start of the process and the warm-up", () => {
		const samples = [
			{ atMs: 0, unfinished: 1_000 },
			{ atMs: 500, unfinished: 1_000 },
			{ atMs: 600, unfinished: 900 },
			{ atMs: 650, unfinished: 450 },
			{ atMs: 740, unfinished: 0 },
		];
		expect(drainRate(samples, 1_000)).toBeCloseTo(9_000);
	});

	test("a backlog that is over between two samples has a rate, too", () => {
		const samples = [
			{ atMs: 0, unfinished: 900 },
			{ atMs: 100, unfinished: 0 },
		];
		expect(drainRate(samples, 1_000)).toBeCloseTo(9_000);
	});
});
