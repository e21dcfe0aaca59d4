/**
 * The ceiling of Hearsay's throughput: the store's own scripts, driven through
 * the store's own adapter by a loop in one process. No HTTP, no execution, no
 * gossip, nothing that schedules.
 *
 *   bare-scripts.ts REDIS_URL apart|together TASKS PRIORITIES
 *
 * `apart` submits first and then claims and completes; `together` does both at
 * once. Prints the tasks a second as JSON: of both parts, or of the whole.
 *
 * It asks of Redis what a node does, in the node's own portions: submissions of
 * SUBMIT_BATCH_MAX, SUBMIT_BATCHES_MAX of them under way; claims of half the slots
 * (see `Runner.share`), two of them under way, each sent in one piece with the ends
 * of the one before it. Smaller portions would make a lower ceiling, larger ones a
 * higher one that no node with so many slots can reach.
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
import type { ClaimedTask, NewTask } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import type { BareRates } from "../../scripts/bench/bare-scripts.ts";
import { nowMs } from "../../scripts/bench/clock.ts";
import { CONCURRENCY } from "../../scripts/bench/contender.ts";
import { inPieces } from "../../scripts/bench/pieces.ts";
import { rateSince, warmUp } from "../../scripts/bench/rates.ts";

const CLAIM_BATCH = Math.ceil(CONCURRENCY / 2);
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

class Submission {
	readonly #shard: Shard;
	readonly #priorities: number;
	#made = 0;

	constructor(shard: Shard, priorities: number) {
		this.#shard = shard;
		this.#priorities = priorities;
	}

	add(count: number): Promise<void> {
		return inPieces(
			count,
			SUBMIT_BATCH_MAX,
			SUBMIT_BATCHES_MAX,
			async (_from, length) => {
				const tasks = Array.from({ length }, () => this.#make());
				const outcomes = await this.#shard.submit(tasks);
				assert(outcomes.every((outcome) => outcome.ok && outcome.created));
			},
		);
	}

	#make(): NewTask {
		const n = this.#made++;
		return {
			// As long as the ids that a node gives.
			id: `bare-${String(n).padStart(15, "0")}`,
			route: ROUTE,
			priority:
				this.#priorities > 1 ? 1 + (n % this.#priorities) : PRIORITY_DEFAULT,
			options: PLAIN,
			payload: `{"n":${n}}`,
		};
	}
}

/** Claims and completes until `count` have ended. */
async function drain(shard: Shard, lease: Lease, count: number): Promise<void> {
	let left = count;
	const half = async () => {
		let completing = Promise.resolve();
		while (left > 0) {
			const limit = Math.min(CLAIM_BATCH, left);
			left -= limit;
			const claiming = shard.claim({ ...lease, routes: [ROUTE], limit });
			await completing;
			const reply = await claiming;
			assert(reply.ok, "the lease holds");
			left += limit - reply.tasks.length;
			// A turn of its own for each: what goes out in one piece is answered in one.
			await new Promise<void>((resolve) => systemClock.soon(resolve));
			completing = complete(shard, reply.tasks);
		}
		await completing;
	};
	await Promise.all([half(), half()]);
}

async function complete(
	shard: Shard,
	tasks: readonly ClaimedTask[],
): Promise<void> {
	if (tasks.length === 0) return;
	const { outcomes } = await shard.complete(
		tasks.map(({ id, token, claimedMs }) => ({
			id,
			token,
			startedMs: claimedMs,
			state: "SUCCESS",
			result: "null",
		})),
	);
	assert(outcomes.every((outcome) => outcome === "accepted"));
}

async function apart(
	shard: Shard,
	submission: Submission,
	count: number,
): Promise<BareRates> {
	await submission.add(count);
	const submitMs = nowMs();
	await submission.add(count);
	const submitting = rateSince(submitMs, count);
	const lease = await open(shard);
	await drain(shard, lease, count);
	const drainMs = nowMs();
	await drain(shard, lease, count);
	return { submitting, processing: rateSince(drainMs, count) };
}

async function together(
	shard: Shard,
	submission: Submission,
	count: number,
): Promise<number> {
	const lease = await open(shard);
	const both = (count: number) =>
		Promise.all([submission.add(count), drain(shard, lease, count)]);
	await both(warmUp(count));
	const startMs = nowMs();
	await both(count);
	return rateSince(startMs, count);
}

const [url = "", how, tasks, priorities] = process.argv.slice(2);
const log = systemLog("error", {});
const store = connectStore({
	url,
	cluster: "hearsay",
	shards: 1,
	clock: systemClock,
	log,
});
if (!store.up) await new Promise<void>((up) => store.onChange(() => up()));
await store.agreeOnShards(true);
const shard = store.shards[0];
assert(shard);
const submission = new Submission(shard, Number(priorities));
const run = how === "apart" ? apart : together;
console.log(JSON.stringify(await run(shard, submission, Number(tasks))));
await store.close();
