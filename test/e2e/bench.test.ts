/** A guard: a run of the bench just long enough that a fall by half is noticed. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { Side } from "../../scripts/bench/measure.ts";
import type { Report } from "../../scripts/bench/report.ts";

const BENCH = new URL("../../scripts/bench.ts", import.meta.url).pathname;
/** On a busy machine; a quiet one takes a third of it. */
const RUN_MS_MAX = 110_000;

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
	/**
	 * On a quiet machine Hearsay processes about twice what BullMQ does in so
	 * short a run, and half of what the bare scripts do. What else goes on here
	 * only ever slows a round, so the better of two is compared with the better.
	 */
	test("finds Hearsay no slower than half of what it was", async () => {
		const { results } = await report(10_000, 2, ["bulk", "processing"]);
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
