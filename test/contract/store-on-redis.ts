/**
 * A store of one shard on a Redis of its own, for tests that also reach past the store:
 * it meets what they overwrite, fill or take away there.
 */
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { ClaimReply, Lease, Log, Shard } from "../../node/ports.ts";
import { connectStore, type RedisStore } from "../../node/store/redis-store.ts";
import { systemClock } from "../../node/world/clock.ts";
import { systemLog } from "../../node/world/log.ts";
import { formatSession, type SessionName } from "../../protocol/lease.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { newTask } from "../new-task.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import {
	comesUp,
	nodeRecord,
	openSession,
	ROUTE,
	TTL_MS,
} from "./store-bench.ts";

interface Started {
	readonly server: RedisServer;
	readonly redis: Redis;
	readonly store: RedisStore;
}

export class StoreOnRedis implements AsyncDisposable {
	/** The name of ann's session. */
	lease: Lease = { session: "", generation: 0 };
	#started: Started | undefined;

	static async start(cluster: string, log?: Log): Promise<StoreOnRedis> {
		const ground = new StoreOnRedis();
		await ground.#start(cluster, log);
		return ground;
	}

	/** The ground for the tests of a file: each begins on an empty Redis, with one session. */
	static forFile(cluster: string, log?: Log): StoreOnRedis {
		const ground = new StoreOnRedis();
		beforeAll(() => ground.#start(cluster, log));
		beforeEach(() => ground.begin());
		afterAll(() => ground[Symbol.asyncDispose]());
		return ground;
	}

	get server(): RedisServer {
		return this.#parts.server;
	}

	get redis(): Redis {
		return this.#parts.redis;
	}

	get store(): RedisStore {
		return this.#parts.store;
	}

	get shard(): Shard {
		return this.store.shards[0] as Shard;
	}

	get session(): SessionName {
		return this.lease.session;
	}

	/** Empties Redis, and opens one session, ann's. */
	async begin(): Promise<Lease> {
		await this.redis.flushall();
		const record = nodeRecord("ann");
		const request = { record, ttlMs: TTL_MS, known: NO_GENERATION };
		const { epoch, generation } = await openSession(this.shard, request);
		this.lease = { session: formatSession("ann", epoch), generation };
		return this.lease;
	}

	/** The processor time that Redis' main thread has used so far, without the time for which the machine kept it waiting. */
	async cpuMs(): Promise<number> {
		const told = await this.redis.info("cpu");
		const seconds = ["user", "sys"].map((kind) => {
			const field = new RegExp(`used_cpu_${kind}_main_thread:([\\d.]+)`);
			return Number(field.exec(told)?.[1]);
		});
		return seconds.reduce((sum, each) => sum + each, 0) * 1_000;
	}

	async submit(...ids: string[]): Promise<void> {
		const tasks = ids.map((id) => newTask(id, { route: ROUTE }));
		await this.shard.tasks.submit(tasks);
	}

	claim(limit = 10): Promise<ClaimReply> {
		const request = { ...this.lease, routes: [ROUTE], limit };
		return this.shard.tasks.claim(request);
	}

	async claimed(limit = 10): Promise<readonly ClaimedTask[]> {
		const reply = await this.claim(limit);
		return reply.ok ? reply.tasks : [];
	}

	async [Symbol.asyncDispose](): Promise<void> {
		if (this.#started === undefined) return;
		const { store, redis, server } = this.#started;
		await store.close();
		redis.disconnect();
		await server.stop();
	}

	async #start(
		cluster: string,
		log: Log = systemLog("silent", {}),
	): Promise<void> {
		const server = await startRedis();
		const store = connectStore({
			...{ url: server.url, cluster, shards: 1 },
			...{ clock: systemClock, log },
		});
		this.#started = { server, store, redis: new Redis(server.url) };
		await comesUp(store);
	}

	get #parts(): Started {
		if (this.#started === undefined) throw new Error("it has not started yet");
		return this.#started;
	}
}
