/**
 * Growth, cost and stress as the bench measures them, in tiny forms: what is
 * checked is that the figures can be taken, and their order where it is sure.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	afterAll,
	beforeAll,
	beforeEach,
	describe,
	expect,
	test,
} from "vitest";
import type { Ground } from "../../scripts/bench/contender.ts";
import { COST } from "../../scripts/bench/cost.ts";
import { profileProcessing } from "../../scripts/bench/cost-profile.ts";
import {
	formatProfile,
	summarizeProfile,
} from "../../scripts/bench/cost-profile-summary.ts";
import { clusterRate } from "../../scripts/bench/growth-rates.ts";
import { waitingMeasure } from "../../scripts/bench/growth-waiting.ts";
import type { Figures, Measure, Side } from "../../scripts/bench/measure.ts";
import { meshMeasure } from "../../scripts/bench/mesh.ts";
import { BenchRedis } from "../../scripts/bench/redis.ts";
import { STRESS } from "../../scripts/bench/stress.ts";

const TASKS = 400;

let redis: BenchRedis;
let ground: Ground;

beforeAll(async () => {
	const directory = mkdtempSync(join(tmpdir(), "hearsay-bench-"));
	redis = await BenchRedis.start(directory);
	ground = { redis, directory, tasks: TASKS };
});
beforeEach(() => redis.clear());
afterAll(async () => {
	await redis[Symbol.asyncDispose]();
	rmSync(ground.directory, { recursive: true });
});

async function figuresOf(
	measure: Measure | undefined,
	side: Side,
	tasks = ground.tasks,
): Promise<Figures> {
	const sides = measure && "sides" in measure ? measure.sides : {};
	const figures = await sides[side]?.({ ...ground, tasks });
	if (measure === undefined || figures === undefined) {
		throw new Error(`there is no such measure, or no ${side} in it`);
	}
	expect(Object.keys(figures).sort()).toEqual(
		Object.keys(measure.lines).sort(),
	);
	return figures;
}

function named(measures: readonly Measure[], name: string) {
	return measures.find((measure) => measure.name === name);
}

describe("the bench of growth", () => {
	test("tells what a claim costs Redis at each depth, of both sides", async () => {
		const measure = waitingMeasure("waiting", [100, 1_000], "with BullMQ");
		for (const side of ["hearsay", "bullmq"] as const) {
			await redis.clear();
			const { at100, at1000, growth } = await figuresOf(measure, side);
			expect(at100).toBeGreaterThan(1);
			expect(growth).toBeCloseTo((at1000 ?? 0) / (at100 ?? 0));
		}
	});

	test("runs every task of a cluster that accepts and runs on all its nodes", async () => {
		expect(await clusterRate(ground, 2)).toBeGreaterThan(10);
	});

	test("hears in a mesh what every other node says, and every announcement", async () => {
		const figures = await figuresOf(meshMeasure([3]), "hearsay");
		expect(figures["messages-0"]).toBeGreaterThan(0.5);
		expect(figures["bytes-0"]).toBeGreaterThan(100);
		expect(figures["cpu-0"]).toBeGreaterThan(0);
		expect(figures["p50-0"]).toBeLessThan(5_000);
	});
});

describe("the bench of cost", () => {
	test("finds processor time in the worker and in Redis, of both sides", async () => {
		for (const side of ["hearsay", "bullmq"] as const) {
			await redis.clear();
			// So many that they do not all end between two looks.
			const figures = await figuresOf(named(COST, "cpu"), side, 8_000);
			expect(figures.worker).toBeGreaterThan(1);
			expect(figures.redis).toBeGreaterThan(1);
		}
	});

	test("profiles a node and says which code its time went to", async () => {
		// So many that no owner of note falls between two samples.
		const summary = await profileProcessing({ ...ground, tasks: 8_000 });
		const owners = summary.owners.map(({ name }) => name);
		expect(owners).toContain("ioredis");
		expect(owners).toContain("ours: node/");
		expect(formatProfile(summary)).toContain("ours: node/");
	});

	test("counts of a profile what lies in the window, and leaves out idle time", () => {
		const frame = (functionName: string, url: string) => ({
			functionName,
			url,
			lineNumber: 9,
		});
		const profile = {
			nodes: [
				{ id: 1, callFrame: frame("(idle)", "") },
				{ id: 2, callFrame: frame("claim", "file:///x/node/claimer.ts") },
				{
					id: 3,
					callFrame: frame("write", "file:///x/node_modules/@a/b/c.js"),
				},
			],
			startTime: 1_000,
			samples: [3, 2, 1, 3, 2],
			timeDeltas: [0, 1_000, 3_000, 4_000, 1_000],
		};
		const summary = summarizeProfile(profile, { fromMs: 2, toMs: 10 });
		expect(summary.busyPercent).toBeCloseTo(50);
		expect(summary.owners).toEqual([
			{ name: "ours: node/", percent: 75 },
			{ name: "@a/b", percent: 25 },
		]);
		expect(summary.functions[0]).toEqual({
			name: "claim",
			percent: 75,
			place: "node/claimer.ts:10",
		});
	});
});

describe("the bench of stress", () => {
	test("loses no lease with Redis 200 ms away, and feels the distance", async () => {
		const figures = await figuresOf(named(STRESS, "far-redis"), "hearsay");
		expect(figures.single).toBeGreaterThan(199);
		expect(figures.process).toBeGreaterThan(1);
	});
});
