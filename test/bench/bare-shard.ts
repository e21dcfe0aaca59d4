/**
 * One shard of a real store, through the store's own adapter, and a session of
 * it that takes part in nothing else: no HTTP, no execution, no gossip, nothing
 * that schedules.
 *
 * It and its neighbours live here and not beside the bench, which starts them as
 * processes and reads what they print: scripts see processes and public HTTP only,
 * and the store, gossip and a node's inside are neither.
 */
import assert from "node:assert/strict";
import type { Shard } from "../../node/ports.ts";
import { connectStore } from "../../node/store/redis-store.ts";
import { systemClock } from "../../node/world/clock.ts";
import { systemLog } from "../../node/world/log.ts";
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
import { CONCURRENCY } from "../../scripts/bench/contender.ts";
import { inPieces } from "../../scripts/bench/pieces.ts";

/** Of a claim, and of ends: half the slots, as a node does (see `Runner.share`). */
export const CLAIM_BATCH = CONCURRENCY / 2;
/** No run takes so long: nothing need renew the lease. */
const LEASE_MS = 10 * 60_000;
const ROUTE = formatRoute({ queue: "default", type: "noop", labels: [] });

export class BareShard implements AsyncDisposable {
	readonly #shard: Shard;
	readonly #lease: {
		readonly session: SessionName;
		readonly generation: number;
	};
	readonly #close: () => Promise<void>;
	#made = 0;

	static async open(url: string): Promise<BareShard> {
		const store = connectStore({
			...{ url, cluster: "hearsay", shards: 1 },
			...{ clock: systemClock, log: systemLog("error", {}) },
		});
		if (!store.up) await new Promise<void>((up) => store.onChange(() => up()));
		await store.agreeOnShards(true);
		const [shard] = store.shards;
		assert(shard);
		const record = {
			...{ name: "bare", nodeId: "bare", pid: process.pid },
			...{ host: "", http: "", p2p: "", version: "", startedMs: 0 },
			...{ slots: CONCURRENCY, types: ["noop"], labels: [], draining: false },
		};
		const request = { record, ttlMs: LEASE_MS, known: NO_GENERATION };
		const opened = await shard.sessions.open({ ...request, knownEpoch: 0 });
		if (!opened.ok) throw new Error(opened.code);
		const { epoch, generation } = opened;
		const lease = { session: formatSession("bare", epoch), generation };
		return new BareShard(shard, lease, () => store.close());
	}

	private constructor(
		shard: Shard,
		lease: { session: SessionName; generation: number },
		close: () => Promise<void>,
	) {
		this.#shard = shard;
		this.#lease = lease;
		this.#close = close;
	}

	/** In a node's own portions, so many of them under way as a node has. */
	submit(count: number, priorities = 1): Promise<void> {
		return inPieces(
			count,
			SUBMIT_BATCH_MAX,
			SUBMIT_BATCHES_MAX,
			async (_from, length) => {
				const tasks = Array.from({ length }, () => this.#make(priorities));
				const outcomes = await this.#shard.tasks.submit(tasks);
				assert(outcomes.every((outcome) => outcome.ok && outcome.created));
			},
		);
	}

	async claim(limit: number): Promise<readonly ClaimedTask[]> {
		const request = { ...this.#lease, routes: [ROUTE], limit };
		const reply = await this.#shard.tasks.claim(request);
		assert(reply.ok, "the lease holds");
		return reply.tasks;
	}

	async complete(tasks: readonly ClaimedTask[]): Promise<void> {
		if (tasks.length === 0) return;
		const { outcomes } = await this.#shard.tasks.complete(
			tasks.map(({ id, token, claimedMs, route, round }) => ({
				...{
					id,
					token,
					startedMs: claimedMs,
					about: { route, round, tags: [] },
				},
				...{ state: "SUCCESS", result: "null" },
			})),
		);
		assert(outcomes.every((outcome) => outcome === "accepted"));
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.#close();
	}

	#make(priorities: number): NewTask {
		const n = this.#made++;
		return {
			// As long as the ids that a node gives.
			id: `bare-${String(n).padStart(15, "0")}`,
			route: ROUTE,
			priority: priorities > 1 ? 1 + (n % priorities) : PRIORITY_DEFAULT,
			options: PLAIN,
			payload: `{"n":${n}}`,
		};
	}
}
