/** `/v1/stats`: how work went, by queue and type, in steps of time. */
import { expect, test } from "vitest";
import type { WorkSums } from "../../node/ports.ts";
import { WORK_BOUNDS_S } from "../../protocol/instruments.ts";
import { STATS_HOUR_STEP_MS, STATS_HOUR_STEPS } from "../../protocol/limits.ts";
import { noSums } from "../../protocol/work-sums.ts";
import { AS_OF_MS } from "../fakes/overview.ts";
import { startServer } from "./http-server.ts";

const NOW_STEP_MS = AS_OF_MS - (AS_OF_MS % STATS_HOUR_STEP_MS);

/** Each waited 40 ms and ran 2 s. */
function sumsOf(queue: string, ended: number, failed = 0): WorkSums {
	const sums = noSums();
	sums.waits[WORK_BOUNDS_S.indexOf(0.05)] = ended;
	sums.runs[WORK_BOUNDS_S.indexOf(2.5)] = ended;
	const times = { waitMs: 40 * ended, runMs: 2_000 * ended };
	return { ...sums, ...times, queue, type: "t", ended, failed };
}

test("work is shown by queue and type, most first, with each step in its place", async () => {
	await using server = await startServer();
	server.overview.steps = [
		{
			atMs: NOW_STEP_MS - 2 * STATS_HOUR_STEP_MS,
			series: [sumsOf("b", 10, 1)],
		},
		{ atMs: NOW_STEP_MS, series: [sumsOf("a", 4), sumsOf("b", 20)] },
	];
	const { json } = await server.get("/v1/stats");
	expect(json).toMatchObject({
		...{ over: "hour", stepMs: STATS_HOUR_STEP_MS },
		series: [
			{ queue: "b", type: "t", ended: 30, failed: 1 },
			{ queue: "a", type: "t", ended: 4, failed: 0 },
		],
	});
	const [b] = json.series;
	expect(b.steps.ended).toHaveLength(STATS_HOUR_STEPS);
	expect(b.steps.ended.slice(-4)).toEqual([0, 10, 0, 20]);
	expect(b.steps.failed.slice(-4)).toEqual([0, 1, 0, 0]);
	expect(b.steps.waitMs.slice(-4)).toEqual([0, 40, 0, 40]);
	expect(b.wait.meanMs).toBe(40);
	expect(b.wait.p50Ms).toBeGreaterThan(25);
	expect(b.wait.p99Ms).toBeLessThanOrEqual(50);
	expect(b.run).toMatchObject({ meanMs: 2_000 });
	const spanMs = AS_OF_MS - Date.parse(json.since);
	expect(b.perSecond).toBeCloseTo(30_000 / spanMs, 3);
	expect(Date.parse(json.since)).toBe(
		NOW_STEP_MS - (STATS_HOUR_STEPS - 1) * STATS_HOUR_STEP_MS,
	);
});

test("work is shown for one queue or type, and for a day", async () => {
	await using server = await startServer();
	const series = [sumsOf("a", 4), sumsOf("b", 20)];
	server.overview.steps = [{ atMs: NOW_STEP_MS, series }];
	const ofA = await server.get("/v1/stats?queue=a");
	expect(ofA.json.series).toMatchObject([{ queue: "a", ended: 4 }]);
	const ofType = await server.get("/v1/stats?type=u");
	expect(ofType.json.series).toEqual([]);
	server.overview.steps = [];
	const day = await server.get("/v1/stats?over=day");
	expect(day.json).toMatchObject({ over: "day", series: [] });
	const wrong = await server.get("/v1/stats?over=year");
	expect([wrong.status, wrong.json.field]).toEqual([400, "over"]);
});
