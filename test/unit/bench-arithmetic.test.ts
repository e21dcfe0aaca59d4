import { describe, expect, test } from "vitest";
import { latencyFigures } from "../../scripts/bench/latency-figures.ts";
import {
	drainRate,
	finishedMs,
	median,
	medianRatio,
	percentile,
} from "../../scripts/bench/stats.ts";

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
