/**
 * A store of one shard on a Redis of its own, for a file of tests that also look
 * and reach past the store: what they overwrite, fill or take away there, it meets.
 */
import { Redis } from "ioredis";
import type { Log, Shard } from "../../node/ports.ts";
import { connectStore, type RedisStore } from "../../node/store/redis-store.ts";
import { systemClock } from "../../node/world/clock.ts";
import { systemLog } from "../../node/world/log.ts";
import { formatSession, type SessionName } from "../../protocol/lease.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { comesUp, nodeRecord, openSession, TTL_MS } from "./store-bench.ts";

export class StoreOnRedis implements AsyncDisposable {
	readonly server: RedisServer;
	readonly redis: Redis;
	readonly store: RedisStore;

	static async start(
		cluster: string,
		log: Log = systemLog("silent", {}),
	): Promise<StoreOnRedis> {
		const server = await startRedis();
		const store = connectStore({
			...{ url: server.url, cluster, shards: 1 },
			...{ clock: systemClock, log },
		});
		await comesUp(store);
		return new StoreOnRedis(server, store);
	}

	private constructor(server: RedisServer, store: RedisStore) {
		this.server = server;
		this.store = store;
		this.redis = new Redis(server.url);
	}

	get shard(): Shard {
		return this.store.shards[0] as Shard;
	}

	/** Empties Redis; then there is one session, ann's. */
	async begin(): Promise<{ session: SessionName; generation: number }> {
		await this.redis.flushall();
		const record = nodeRecord("ann");
		const request = { record, ttlMs: TTL_MS, known: NO_GENERATION };
		const { epoch, generation } = await openSession(this.shard, request);
		return { session: formatSession("ann", epoch), generation };
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.store.close();
		this.redis.disconnect();
		await this.server.stop();
	}
}
