/**
 * What a claim costs Redis while so many tasks wait: the store's own scripts,
 * through the store's own adapter, on one shard with one route.
 *
 *   claims-at-depth.ts REDIS_PORT DEPTH …
 *
 * Depths rise. At each of them windows of claims, in portions as a node with
 * CONCURRENCY slots asks for, are measured by the processor time that Redis's
 * main thread says it took; between windows the same number is submitted again,
 * unmeasured. Prints the microseconds a claimed task for each depth, as JSON.
 *
 * It lives here and not beside the bench, which starts it as a process: scripts
 * see processes and public HTTP only, and the store is neither.
 */
import assert from "node:assert/strict";
import { systemLog } from "../../node/log.ts";
import type { Shard } from "../../node/ports.ts";
import { connectStore } from "../../node/store/redis-store.ts";
import { systemClock } from "../../node/world.ts";
import { formatSession, type SessionName } from "../../protocol/lease.ts";
import {
	PRIORITY_DEFAULT,
	SUBMIT_BATCH_MAX,
	SUBMIT_BATCHES_MAX,
} from "../../protocol/limits.ts";
import { formatRoute } from "../../protocol/route.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { CONCURRENCY } from "../../scripts/bench/contender.ts";
import { RedisMeter } from "../../scripts/bench/cost-redis.ts";
import { claimWindow, WINDOWS } from "../../scripts/bench/growth-window.ts";
import { inPieces } from "../../scripts/bench/pieces.ts";

/** As a node does: see `Runner.reserve`. */
const CLAIM_BATCH = CONCURRENCY / 2;
/** No run takes so long: nothing need renew the lease. */
const LEASE_MS = 10 * 60_000;
const ROUTE = formatRoute({ queue: "default", type: "noop", labels: [] });

interface Lease {
	readonly session: SessionName;
	readonly generation: number;
}

async function open(shard: Shard): Promise<Lease> {
	const record = {
		name: "bare",
		nodeId: "bare",
		pid: process.pid,
		host: "",
		http: "",
		p2p: "",
		version: "",
		startedMs: 0,
		slots: CONCURRENCY,
		types: ["noop"],
		labels: [],
		draining: false,
	};
	const request = { record, ttlMs: LEASE_MS, known: NO_GENERATION };
	const opened = await shard.open({ ...request, knownEpoch: 0 });
	if (!opened.ok) throw new Error(opened.code);
	const { epoch, generation } = opened;
	return { session: formatSession("bare", epoch), generation };
}

let submitted = 0;

async function submit(shard: Shard, count: number): Promise<void> {
	const batch = async (_from: number, length: number) => {
		const tasks = Array.from({ length }, () => ({
			id: `bare-${String(++submitted).padStart(15, "0")}`,
			route: ROUTE,
			priority: PRIORITY_DEFAULT,
			options: PLAIN,
			payload: `{"n":${submitted}}`,
		}));
		const outcomes = await shard.submit(tasks);
		assert(outcomes.every((outcome) => outcome.ok && outcome.created));
	};
	await inPieces(count, SUBMIT_BATCH_MAX, SUBMIT_BATCHES_MAX, batch);
}

/** The tasks, and how many microseconds Redis took to give them. */
async function claim(
	shard: Shard,
	lease: Lease,
	count: number,
): Promise<{ tasks: ClaimedTask[]; micros: number }> {
	const tasks: ClaimedTask[] = [];
	const startMicros = await redis.mainThreadMicros();
	while (tasks.length < count) {
		const limit = Math.min(CLAIM_BATCH, count - tasks.length);
		const reply = await shard.claim({ ...lease, routes: [ROUTE], limit });
		assert(reply.ok && reply.tasks.length === limit, "so many tasks wait");
		tasks.push(...reply.tasks);
	}
	return { tasks, micros: (await redis.mainThreadMicros()) - startMicros };
}

async function complete(
	shard: Shard,
	tasks: readonly ClaimedTask[],
): Promise<void> {
	await inPieces(tasks.length, CLAIM_BATCH, 1, async (from, length) => {
		const ends = tasks
			.slice(from, from + length)
			.map(({ id, token, claimedMs }) => ({
				id,
				token,
				startedMs: claimedMs,
				state: "SUCCESS" as const,
				result: "null",
			}));
		const { outcomes } = await shard.complete(ends);
		assert(outcomes.every((outcome) => outcome === "accepted"));
	});
}

const [port = "", ...depths] = process.argv.slice(2).map(Number);
const redis = new RedisMeter(Number(port));
const store = connectStore({
	url: `redis://127.0.0.1:${port}`,
	cluster: "hearsay",
	shards: 1,
	clock: systemClock,
	log: systemLog("error", {}),
});
if (!store.up) await new Promise<void>((up) => store.onChange(() => up()));
const [shard] = store.shards;
assert(shard);
const lease = await open(shard);
const micros: number[] = [];
for (const depth of depths) {
	const { waiting } = await shard.counts();
	await submit(shard, depth - (waiting[0]?.count ?? 0));
	const count = claimWindow(depth);
	let total = 0;
	for (let i = 0; i < WINDOWS; i++) {
		const claimed = await claim(shard, lease, count);
		total += claimed.micros;
		await complete(shard, claimed.tasks);
		await submit(shard, count);
	}
	micros.push(total / (WINDOWS * count));
}
console.log(JSON.stringify(micros));
redis.close();
await store.close();
