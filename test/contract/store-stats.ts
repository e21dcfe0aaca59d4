/** Rules of statistics: what many nodes add is one sum, by queue, type and step of time. */
import { expect, it } from "vitest";
import type { StatsSpan, StatsStep, WorkSums } from "../../node/ports.ts";
import {
	STATS_DAY_STEP_MS,
	STATS_FIELDS_MAX,
	STATS_HOUR_STEP_MS,
} from "../../protocol/limits.ts";
import { addSums, noSums, writeSums } from "../../protocol/work-sums.ts";
import type { Bench } from "./store-bench.ts";

function sumsOf(queue: string, more: Partial<WorkSums> = {}): WorkSums {
	return { queue, type: "t", ...noSums(), ended: 1, ...more };
}

export function statsRules(bench: Bench): void {
	async function allOf(span: StatsSpan): Promise<StatsStep[]> {
		const steps: StatsStep[] = [];
		for (let fromMs = 0; ; ) {
			const reply = await bench.shard.stats.sums(span, fromMs);
			steps.push(...reply.steps);
			if (reply.nextMs === undefined) return steps;
			expect(reply.nextMs).toBeGreaterThan(fromMs);
			fromMs = reply.nextMs;
		}
	}

	/** The sum of all steps, since one may end during a test. */
	async function totalOf(span: StatsSpan, queue: string): Promise<WorkSums> {
		const total = { queue, type: "t", ...noSums() };
		for (const { series } of await allOf(span))
			for (const each of series) if (each.queue === queue) addSums(total, each);
		return total;
	}

	it("what nodes add is summed up by queue and type, for the hour and for the day", async () => {
		const { stats } = bench.shard;
		const runs = noSums().runs.map((_, at) => at % 3);
		await stats.add([sumsOf("a", { failed: 1, waitMs: 250, runMs: 9, runs })]);
		await stats.add([sumsOf("a", { ended: 3, waitMs: 50 }), sumsOf("b")]);
		for (const span of ["hour", "day"] as const) {
			expect(await totalOf(span, "a")).toEqual(
				sumsOf("a", { ended: 4, failed: 1, waitMs: 300, runMs: 9, runs }),
			);
			expect(await totalOf(span, "b")).toEqual(sumsOf("b"));
			expect(await totalOf(span, "c")).toMatchObject({ ended: 0 });
		}
	});

	it("a new step begins at its time, and is then the newest", async () => {
		const { stats } = bench.shard;
		await stats.add([sumsOf("a")]);
		for (const [span, stepMs] of [
			["hour", STATS_HOUR_STEP_MS],
			["day", STATS_DAY_STEP_MS],
		] as const) {
			const { nowMs, steps } = await stats.sums(span, 0);
			const { atMs = 0 } = steps.at(-1) ?? {};
			expect(atMs % stepMs).toBe(0);
			expect(nowMs - atMs).toBeLessThan(2 * stepMs);
			const later = await stats.sums(span, atMs + stepMs);
			expect(later.steps).toEqual([]);
		}
	});

	it("the queues and types beyond those that a step holds are summed up as one", async () => {
		const full = { waits: noSums().waits.map(() => 1) };
		const amounts = writeSums(sumsOf("q", full)).length;
		const queues = Math.ceil(STATS_FIELDS_MAX / amounts) + 20;
		for (let queue = 0; queue < queues; queue++)
			await bench.shard.stats.add([sumsOf(`q${queue}`, full)]);
		await bench.shard.stats.add([sumsOf("q0"), sumsOf("new"), sumsOf("newer")]);
		expect(await totalOf("day", "q0")).toMatchObject({ ended: 2 });
		expect(await totalOf("day", "new")).toMatchObject({ ended: 0 });
		const steps = await allOf("day");
		const others = steps.flatMap(({ series }) =>
			series.filter(({ queue }) => queue === "other"),
		);
		const ended = others.reduce((sum, each) => sum + each.ended, 0);
		expect(ended).toBeGreaterThanOrEqual(2);
	});
}
