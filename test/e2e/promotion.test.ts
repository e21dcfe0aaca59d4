/**
 * Promotions behind Sentinel, under load. What was acknowledged and not yet
 * replicated may be lost, by the nature of Redis's replication; nothing else is.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nowMs } from "../../scripts/bench/clock.ts";
import { lookAtTasks } from "../../scripts/chaos/reading.ts";
import type { Run } from "../../scripts/chaos/run-line.ts";
import { Cluster, until } from "../cluster.ts";
import type { RedisServer } from "../redis.ts";
import { found, promoted, replicated, WatchedRedis } from "../sentinel.ts";
import { JudgedLoad, LOAD_HANDLERS } from "./judged-load.ts";

const HANDLERS = fileURLToPath(
	new URL("../fixtures/handlers/work.ts", import.meta.url),
);
const RESUME_MS_MAX = 5_000;
const HELD = 6;

let folder: string;
let redis: WatchedRedis;
let cluster: Cluster;
let tests = 0;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-promotion-"));
	redis = await WatchedRedis.start();
	const { primary } = await redis.whole();
	cluster = await Cluster.start({
		redis: primary,
		nodes: [[], [], []],
		all: [
			// If a flag is given again, the last one counts.
			...["--redis", redis.url],
			...["--handlers", LOAD_HANDLERS, "--handlers", HANDLERS],
		],
	});
});
afterAll(async () => {
	await cluster[Symbol.asyncDispose]();
	await redis[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

/** Starts tasks that run until they are released; resolves when all of them run. */
async function runHeld() {
	tests += 1;
	const file = join(folder, `release-${tests}`);
	const tasks = Array.from({ length: HELD }, (_, i) => {
		return { id: `held-${tests}-${i}`, type: "hold", payload: { file } };
	});
	await cluster.node(1).post("/v1/tasks", tasks);
	await until(
		() => cluster.node(1).cluster(),
		({ counts }) => counts.STARTED === HELD,
	);
	return {
		async expectOneGoodRun() {
			writeFileSync(file, "");
			for (const { id } of tasks) {
				const { state, attempts } = await cluster.node(1).whenEnded(id);
				const ends = attempts.map(({ end }) => end);
				expect([id, state, ...ends]).toEqual([id, "SUCCESS", "success"]);
			}
		},
	};
}

/** Nodes find the new primary by themselves, and each accepts and runs tasks again, in time. Returns when all had found it. */
async function expectResumed(primary: RedisServer): Promise<number> {
	const promotedMs = nowMs();
	await found(primary, cluster.nodes.length);
	const foundMs = nowMs();
	await Promise.all(
		cluster.nodes.map(async (node, i) => {
			await node.ready();
			const id = `after-${tests}-${i}`;
			const { status } = await node.post("/v1/tasks", { id, type: "noop" });
			expect(status).toBe(202);
			expect((await node.whenEnded(id)).state).toBe("SUCCESS");
		}),
	);
	expect(nowMs() - promotedMs).toBeLessThan(RESUME_MS_MAX);
	return foundMs;
}

/** New tokens are above all earlier ones, and none is given twice. */
function expectTokensRose(
	runs: readonly Run[],
	beforeMs: number,
	sinceMs: number,
): void {
	const before = runs.filter(({ startMs }) => startMs < beforeMs);
	const since = runs.filter(({ startMs }) => startMs > sinceMs);
	expect(Math.min(...since.map(({ token }) => token))).toBeGreaterThan(
		Math.max(...before.map(({ token }) => token)),
	);
	expect(new Set(runs.map(({ token }) => token)).size).toBe(runs.length);
}

/** Under load, trouble gets the replica promoted, and ends once nodes have gone on. */
async function promote(
	trouble: (primary: RedisServer) => void | Promise<void>,
	mend: (former: RedisServer) => void | Promise<void>,
	silentSentinels = 0,
) {
	const { primary, replica } = await redis.whole();
	const held = await runHeld();
	await using load = new JudgedLoad(cluster, tests);
	await load.goesOnFor(30);
	await load.readBack();
	const safe = load.accepted;
	await replicated(primary);
	const troubleMs = nowMs();
	let foundMs: number;
	try {
		await trouble(primary);
		await promoted(replica);
		foundMs = await expectResumed(replica);
		load.excuse(troubleMs);
		await redis.agreed(replica, silentSentinels);
	} finally {
		await mend(primary);
	}
	await load.goesOnFor(30);
	await held.expectOneGoodRun();
	const { runs, ...verdict } = await load.judge();
	expect(verdict.breaches).toEqual([]);
	expect(verdict.ended).toBe(verdict.accepted - verdict.lostToTheStore);
	const urls = cluster.nodes.map(({ url }) => url);
	expect(await lookAtTasks(urls, safe)).toHaveLength(safe.length);
	expectTokensRose(runs, troubleMs, foundMs);
}

test("a primary that is killed is replaced: nodes go on by themselves, running tasks complete, no token repeats, nothing replicated is lost", () =>
	promote(
		({ pid }) => {
			process.kill(pid, "SIGKILL");
		},
		(former) => former.restart(),
	));

test("a primary that is demoted while it lives is left by all nodes at once, although the Sentinels were only just restarted", async () => {
	await redis.restartSentinels(cluster.nodes.length);
	await promote(
		() => redis.failOver(),
		() => {}, // Sentinel makes a replica of it.
	);
});

test("a primary that stands still, along with a Sentinel, holds nobody up; and nobody listens to it when it wakes", () => {
	const [sentinel] = redis.sentinels;
	return promote(
		({ pid }) => {
			sentinel?.signal("SIGSTOP");
			process.kill(pid, "SIGSTOP");
		},
		({ pid }) => {
			process.kill(pid, "SIGCONT");
			sentinel?.signal("SIGCONT");
		},
		1, // Until then it answers nothing.
	);
});
