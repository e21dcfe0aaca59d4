/** Stores in a Redis of the test file's own, each of them a cluster of its own. */
import { Redis } from "ioredis";
import { afterAll, beforeAll } from "vitest";
import type { Log, Shard } from "../../node/ports.ts";
import { aclRules } from "../../node/store/redis/rights.ts";
import { connectStore } from "../../node/store/redis-store.ts";
import { LAYOUT } from "../../node/store/scripts.ts";
import { systemClock } from "../../node/world/clock.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { redisPlaces } from "./redis-places.ts";
import { comesUp, OTHER_SHARDS, type World } from "./store-bench.ts";
import { ROUTES } from "./store-drawn-task.ts";

let server: RedisServer;
let clusters = 0;

let operator: Redis;
beforeAll(async () => {
	server = await startRedis();
	operator = new Redis(server.url);
	// It reconnects, as the store does, when a test has restarted the server.
	operator.on("error", () => {});
});
afterAll(async () => {
	operator.disconnect();
	await server.stop();
});

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A cluster of its own on the one server. */
export async function redisWorld(shards: number): Promise<World> {
	const cluster = `test-${clusters++}`;
	// With exactly the rights that the manual asks for, so that all rules hold under these.
	const rules = ["on", ">secret", ...aclRules(cluster)];
	await operator.acl("SETUSER", cluster, ...rules);
	const url = server.url.replace("//", `//${cluster}:secret@`);
	const options = { url, cluster, clock: systemClock, log };
	const store = connectStore({ ...options, shards });
	const other = connectStore({ ...options, shards: OTHER_SHARDS });
	const key = (shard: number, name: string) => `{${cluster}:${shard}}:${name}`;
	for (const each of [store, other]) if (!each.up) await comesUp(each);
	return {
		store,
		toOther: (shard) => other.shards[shard] as Shard,
		async restart() {
			const back = comesUp(store);
			await server.restart();
			await operator.acl("SETUSER", cluster, ...rules);
			await back;
		},
		agree: (mayMake) => store.agreeOnShards(mayMake),
		async settle() {
			for (const { index } of store.shards)
				await operator.hset(key(index, "meta"), { shards, layout: LAYOUT });
		},
		async lose(what, shard) {
			if (what === "number") await operator.hdel(key(shard, "meta"), "shards");
			else if (what === "events") await operator.del(key(shard, "events"));
			else
				for (const hash of ["nodes", "epochs", "drains"])
					await operator.hdel(key(shard, hash), what.nodeId);
		},
		places: (shard) => redisPlaces(operator, `{${cluster}:${shard}}`, ROUTES),
		async stop() {
			await Promise.all([store.close(), other.close()]);
		},
	};
}
