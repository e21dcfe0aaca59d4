/**
 * A Redis whose disk is full, under load. With `everysec` it refuses writes
 * until there is room; with `always` it gives up and has to be started again.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import { Cluster, until } from "../cluster.ts";
import { type RedisPlan, startRedis } from "../redis.ts";
import { JudgedLoad, LOAD_HANDLERS } from "./judged-load.ts";
import { SmallDisk, smallDiskTrouble } from "./small-disk.ts";

const HANDLERS = fileURLToPath(
	new URL("../fixtures/handlers/work.ts", import.meta.url),
);
const DISK_BYTES = 8 * 2 ** 20;
/** Soon filled by the load itself. */
const LEFT_BYTES = 16 * 2 ** 10;
const HELD = 4;

const trouble = smallDiskTrouble();
const SKIPPED = `no disk can be mounted here: ${trouble}`;

/** A Redis on a small disk, and two nodes that run tasks until told otherwise. */
async function startOnSmallDisk(plan: RedisPlan) {
	await using stack = new AsyncDisposableStack();
	const folder = mkdtempSync(join(tmpdir(), "hearsay-full-disk-"));
	stack.defer(() => rmSync(folder, { recursive: true }));
	const disk = stack.use(await SmallDisk.mount(DISK_BYTES));
	const { dir, prefix } = disk;
	const redis = await startRedis({ ...plan, dir, prefix });
	stack.defer(() => redis.stop());
	const cluster = stack.use(
		await Cluster.start({
			redis,
			nodes: [[], []],
			all: ["--handlers", LOAD_HANDLERS, "--handlers", HANDLERS],
		}),
	);
	const file = join(folder, "release");
	const tasks = Array.from({ length: HELD }, (_, i) => {
		return { id: `held-${i}`, type: "hold", payload: { file } };
	});
	await cluster.node(1).post("/v1/tasks", tasks);
	await until(
		() => cluster.node(1).cluster(),
		({ counts }) => counts.STARTED === HELD,
	);
	const held = stack.move();
	return {
		...{ disk, redis, cluster },
		async expectHeldOneGoodRun() {
			writeFileSync(file, "");
			for (const { id } of tasks) {
				const { state, attempts } = await cluster.node(1).whenEnded(id);
				const ends = attempts.map(({ end }) => end);
				expect([id, state, ...ends]).toEqual([id, "SUCCESS", "success"]);
			}
		},
		[Symbol.asyncDispose]: () => held.disposeAsync(),
	};
}

/** Resolves once every node accepts and runs tasks again. */
async function expectResumed(cluster: Cluster): Promise<void> {
	await Promise.all(
		cluster.nodes.map(async (node, i) => {
			await node.ready();
			const id = `after-${i}`;
			const { status } = await node.post("/v1/tasks", { id, type: "noop" });
			expect(status).toBe(202);
			expect((await node.whenEnded(id)).state).toBe("SUCCESS");
		}),
	);
}

async function expectNothingLost(load: JudgedLoad): Promise<void> {
	const { runs, ...verdict } = await load.judge();
	expect(verdict.breaches).toEqual([]);
	expect(verdict.ended).toBe(verdict.accepted);
	expect(verdict.refused).toBeGreaterThan(0);
}

test("a disk that is full, for longer than a lease, refuses submissions in clear words, stops no running task and loses nothing; with room again, work goes on by itself", async ({
	skip,
}) => {
	skip(trouble !== undefined, SKIPPED);
	await using bench = await startOnSmallDisk({ appendfsync: "everysec" });
	const { cluster, disk, redis } = bench;
	await using load = new JudgedLoad(cluster, 1);
	await load.goesOnFor(30);
	disk.fill(LEFT_BYTES);
	for (const node of cluster.nodes) {
		const { headers, body } = await until(
			() => node.post("/v1/tasks", { type: "noop" }),
			({ status }) => status === 503,
		);
		expect(headers.get("retry-after")).toMatch(/^\d+$/);
		expect(body).toMatchObject({
			code: "store_full",
			detail: expect.stringMatching(/does not take writes now .*disk full/),
		});
	}
	await pause(LEASE_TTL_MS + 500);
	for (const node of cluster.nodes) {
		const { status, body } = await node.get<{ detail: string }>("/readyz");
		expect(status).toBe(503);
		expect(body.detail).toMatch(/takes no new tasks: .*disk/);
		expect(await node.task("held-0")).toMatchObject({ state: "STARTED" });
	}
	disk.free();
	await expectResumed(cluster);
	// All of it is on disk, too.
	await redis.restart();
	await Promise.all(cluster.nodes.map((node) => node.ready()));
	await bench.expectHeldOneGoodRun();
	await load.goesOnFor(10);
	await expectNothingLost(load);
});

test("of a Redis that writes through and ends itself on a full disk, nothing accepted is lost once it is started again", async ({
	skip,
}) => {
	skip(trouble !== undefined, SKIPPED);
	await using bench = await startOnSmallDisk({ appendfsync: "always" });
	const { cluster, disk, redis } = bench;
	await using load = new JudgedLoad(cluster, 2);
	await load.goesOnFor(30);
	disk.fill(LEFT_BYTES);
	for (const node of cluster.nodes) {
		await until(
			() => node.post("/v1/tasks", { type: "noop" }),
			({ status, headers }) => status === 503 && headers.has("retry-after"),
		);
	}
	// A busy node refuses for other reasons, too.
	await redis.ended;
	await until(
		() => load.refused,
		(refused) => refused > 0,
	);
	disk.free();
	await redis.restart();
	await expectResumed(cluster);
	await bench.expectHeldOneGoodRun();
	await load.goesOnFor(10);
	await expectNothingLost(load);
});
