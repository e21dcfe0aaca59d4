/** The bench itself, in a tiny form: its figures mean nothing here, its shape does. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { Report } from "../../scripts/bench/report.ts";
import {
	drainRate,
	finishedMs,
	median,
	percentile,
} from "../../scripts/bench/stats.ts";

const BENCH = new URL("../../scripts/bench.ts", import.meta.url).pathname;

function runBench(...args: string[]) {
	return promisify(execFile)(process.execPath, [BENCH, ...args], {
		timeout: 60_000,
	});
}

describe("the bench", () => {
	test("puts both sides, the ceiling and their ratios into its report", async () => {
		const { stdout } = await runBench(
			...["--json", "--tasks", "100", "--rounds", "1"],
		);
		const { machine, settings, results }: Report = JSON.parse(stdout);
		expect(machine.cores).toBeGreaterThan(0);
		expect(settings).toMatchObject({ tasks: 100, rounds: 1 });
		expect(results.map(({ measure }) => measure)).toEqual([
			"bulk",
			"single",
			"processing",
			"end-to-end",
			"latency",
			"latency",
		]);
		for (const { measure, sides, ratios } of results) {
			const own = sides.hearsay?.median ?? 0;
			const peer = sides.bullmq?.median ?? 0;
			expect(own, measure).toBeGreaterThan(0);
			expect(peer, measure).toBeGreaterThan(0);
			expect(ratios.bullmq, measure).toBeCloseTo(own / peer);
		}
		const single = results.find(({ measure }) => measure === "single");
		expect(single?.ratios.ceiling).toBeGreaterThan(0);
	}, 60_000);

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

	test("percentiles are values that were seen", () => {
		const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
		expect(percentile(hundred, 50)).toBe(50);
		expect(percentile(hundred, 99)).toBe(99);
		expect(percentile([7], 99)).toBe(7);
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
});
