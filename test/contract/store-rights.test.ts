/** A Redis that lets the node in but refuses what it needs: the missing right is logged, once, until it is granted. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Shard, StoreError } from "../../node/ports.ts";
import { aclRules } from "../../node/store/redis/rights.ts";
import { connectStore, type RedisStore } from "../../node/store/redis-store.ts";
import { systemClock } from "../../node/world/clock.ts";
import { until } from "../cluster.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { RecordedLog } from "./recorded-log.ts";
import { comesUp } from "./store-bench.ts";

let server: RedisServer;
let operator: Redis;
beforeAll(async () => {
	server = await startRedis();
	operator = new Redis(server.url);
});
afterAll(async () => {
	operator.disconnect();
	await server.stop();
});

async function connect(url: string) {
	const log = new RecordedLog();
	const clock = systemClock;
	const store = connectStore({ url, cluster: "rights", shards: 1, clock, log });
	await comesUp(store);
	return { store, log };
}

async function counts(store: RedisStore): Promise<string> {
	return await (store.shards[0] as Shard).tasks.counts().then(
		() => "done",
		(error) => (error as StoreError).kind,
	);
}

test.each([
	["a command", "-zrevrange", "+zrevrange", /lacks \+zrevrange; grant that/],
	[
		"two",
		"-hmget -zrevrange",
		"+hmget +zrevrange",
		/lacks \+hmget \+zrevrange;/,
	],
	["scripts", "-evalsha -eval", "+evalsha +eval", /lacks \+evalsha;/],
	["its keys", "resetkeys", "~{rights:*", /lacks ~\{rights:\*; grant that/],
])("a user without the right to %s", async (_what, taken, given, clause) => {
	const acl = (rules: string) =>
		operator.acl("SETUSER", "ann", ...rules.split(" "));
	await operator.acl("SETUSER", "ann", "on", ">p", ...aclRules("rights"));
	const { store, log } = await connect(server.url.replace("//", "//ann:p@"));
	try {
		await store.agreeOnShards(true);
		expect(await counts(store)).toBe("done");
		expect(store.trouble).toBe(undefined);
		await acl(taken);
		for (let i = 0; i < 20; i++) expect(await counts(store)).toBe("refused");
		expect(store.trouble).toMatch(clause);
		const told = log.lines.filter((line) => clause.test(line));
		expect(told).toHaveLength(1);
		await acl(given);
		expect(await counts(store)).toBe("done");
		expect(store.trouble).toBe(undefined);
		expect(log.lines.at(-1)).toBe("Redis refuses nothing any more");
	} finally {
		await operator.flushall();
		await store.close();
	}
});

test("the address of a replica is logged as such, once, and can be used when the replica is promoted", async () => {
	const replica = await startRedis();
	const direct = new Redis(replica.url);
	await direct.replicaof("127.0.0.1", server.port);
	const { store, log } = await connect(replica.url);
	try {
		const clause =
			/it is a replica, which takes no writes; give the address of its primary/;
		await until(
			async () => {
				await store.agreeOnShards(false).catch(() => {});
				return store.trouble ?? "";
			},
			(trouble) => clause.test(trouble),
		);
		for (let i = 0; i < 3; i++) {
			if (!store.up) await comesUp(store);
			await expect(store.agreeOnShards(false)).rejects.toThrow(StoreError);
			expect(store.trouble).toMatch(clause);
		}
		expect(log.lines.filter((line) => clause.test(line))).toHaveLength(1);
		await direct.replicaof("NO", "ONE");
		await until(
			() => store.agreeOnShards(false).catch(() => "no"),
			(answer) => answer === "empty",
		);
		expect(store.trouble).toBe(undefined);
	} finally {
		await store.close();
		direct.disconnect();
		await replica.stop();
	}
});
