/** Counts follow from what is there, whatever becomes of those that Redis keeps. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Log, Shard } from "../../node/ports.ts";
import { connectStore, type RedisStore } from "../../node/store/redis-store.ts";
import { systemClock } from "../../node/world.ts";
import { formatSession } from "../../protocol/lease.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import {
	comesUp,
	nodeRecord,
	openSession,
	ROUTE,
	success,
	TTL_MS,
} from "./store-bench.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const COUNTS = "{recount:0}:counts";
let server: RedisServer;
let store: RedisStore;
let redis: Redis;
let shard: Shard;
let claimed: readonly ClaimedTask[];

beforeAll(async () => {
	server = await startRedis();
	redis = new Redis(server.url);
	const { url } = server;
	const clock = systemClock;
	store = connectStore({ url, cluster: "recount", shards: 1, clock, log });
	await comesUp(store);
	shard = store.shards[0] as Shard;
});
afterAll(async () => {
	await store.close();
	redis.disconnect();
	await server.stop();
});

/** Three tasks wait, two run, one has ended. */
beforeEach(async () => {
	await redis.flushall();
	const request = { ttlMs: TTL_MS, known: NO_GENERATION };
	const record = nodeRecord("ann");
	const { epoch, generation } = await openSession(shard, {
		record,
		...request,
	});
	const session = formatSession("ann", epoch);
	const ids = ["a", "b", "c", "d", "e", "f"];
	await shard.submit(
		ids.map((id) => ({
			id,
			route: ROUTE,
			priority: 5,
			options: PLAIN,
			payload: "1",
		})),
	);
	const claim = { session, generation, routes: [ROUTE], limit: 3 };
	const reply = await shard.claim(claim);
	claimed = reply.ok ? reply.tasks : [];
	await shard.complete(claimed.slice(0, 1).map(success));
});

const states = async () => (await shard.counts()).states;
const THEN = { PENDING: 3, STARTED: 2, SUCCESS: 1, FAILURE: 0 };

test.each([
	["are deleted", () => redis.del(COUNTS)],
	["are wrong", () => redis.hset(COUNTS, "PENDING", 99, "STARTED", -7)],
])(
	"where the counts that are kept %s, the answer is right",
	async (_, damage) => {
		await damage();
		expect(await states()).toMatchObject(THEN);
		await shard.complete(claimed.slice(1).map(success));
		expect(await states()).toMatchObject({
			PENDING: 3,
			STARTED: 0,
			SUCCESS: 3,
		});
		// They are put right when there is nothing else to do.
		expect(await shard.trim(100)).toBe(0);
		expect(await redis.hgetall(COUNTS)).toMatchObject({
			...{ PENDING: "3", STARTED: "0", SUCCESS: "3" },
		});
	},
);

test("what somebody deletes is not counted, and no count is ever negative", async () => {
	for (const key of ["holders", "tasks", `queue:${ROUTE}`, "ended:SUCCESS"]) {
		await redis.del(`{recount:0}:${key}`);
		await shard.complete(claimed.slice(1).map(success));
		await shard.trim(0, 0);
		for (const count of Object.values(await states()))
			expect(count).toBeGreaterThanOrEqual(0);
	}
	expect(await states()).toMatchObject({
		...{ PENDING: 0, STARTED: 0, SUCCESS: 0 },
	});
});
