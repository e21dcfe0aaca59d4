import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BenchRedis } from "../../scripts/bench/redis.ts";
import { STRESS } from "../../scripts/bench/stress.ts";

const TASKS = 400;

test("with Redis 200 ms away no lease is lost, and the distance is felt", async () => {
	const directory = mkdtempSync(join(tmpdir(), "hearsay-far-redis-"));
	try {
		await using redis = await BenchRedis.start(directory);
		const measure = STRESS.find(({ name }) => name === "far-redis");
		const sides = measure && "sides" in measure ? measure.sides : {};
		const figures = await sides.hearsay?.({ redis, directory, tasks: TASKS });
		expect(figures?.single).toBeGreaterThan(199);
		expect(figures?.process).toBeGreaterThan(1);
	} finally {
		rmSync(directory, { recursive: true });
	}
});
