/** A Redis that lets the node in but refuses what it needs: the missing right is logged, once, until it is granted. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Shard, StoreError } from "../../node/ports.ts";
import { aclRules, rightsCheck } from "../../node/store/redis/rights.ts";
import { connectStore, type RedisStore } from "../../node/store/redis-store.ts";
import { loadScripts } from "../../node/store/scripts.ts";
import { systemClock } from "../../node/world/clock.ts";
import { formatSession } from "../../protocol/lease.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { until } from "../cluster.ts";
import { newTask } from "../new-task.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { RecordedLog } from "./recorded-log.ts";
import { comesUp, nodeRecord, ROUTE, success, TTL_MS } from "./store-bench.ts";

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

/** All that the store holds, by key. */
async function contents(): Promise<Record<string, string>> {
	const keys = (await operator.keys("*")).sort();
	const texts = await Promise.all(keys.map((key) => operator.dumpBuffer(key)));
	return Object.fromEntries(
		keys.map((key, i) => [key, texts[i]?.toString("latin1") ?? ""]),
	);
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

test("a right that is given back is noticed, although nobody asks again for what lacked it", async () => {
	const acl = (rule: string) => operator.acl("SETUSER", "ann", rule);
	await operator.acl("SETUSER", "ann", "on", ">p", ...aclRules("rights"));
	const { store, log } = await connect(server.url.replace("//", "//ann:p@"));
	try {
		await store.agreeOnShards(true);
		const { sessions } = store.shards[0] as Shard;
		await acl("-zrevrange");
		expect(await counts(store)).toBe("refused");
		await sessions.running("nobody:1");
		expect(store.trouble).toMatch(/lacks \+zrevrange/);
		await acl("+zrevrange");
		await until(
			async () => {
				await sessions.running("nobody:1");
				return store.trouble;
			},
			(trouble) => trouble === undefined,
		);
		expect(log.lines.at(-1)).toBe("Redis refuses nothing any more");
	} finally {
		await operator.flushall();
		await store.close();
	}
});

test("a script that may not run to its end does not begin: nothing of what is refused is written, and with the right back it is done", async () => {
	const acl = (rule: string) => operator.acl("SETUSER", "ann", rule);
	await operator.acl("SETUSER", "ann", "on", ">p", ...aclRules("rights"));
	const { store } = await connect(server.url.replace("//", "//ann:p@"));
	try {
		await store.agreeOnShards(true);
		const { tasks, sessions } = store.shards[0] as Shard;
		const request = { record: nodeRecord("n"), ttlMs: TTL_MS };
		const known = { known: NO_GENERATION, knownEpoch: 0 };
		const opened = await sessions.open({ ...request, ...known });
		if (!opened.ok) throw new Error("no session was opened");
		const session = formatSession("n", opened.epoch);
		const lease = { session, generation: opened.generation };
		const claim = { ...lease, routes: [ROUTE], limit: 1 };
		const rights = aclRules("rights").filter((rule) => /^\+[hxz]/.test(rule));
		for (const right of rights) {
			const id = `without${right}`;
			const denied = async (ask: () => Promise<unknown>) => {
				await acl(right.replace("+", "-"));
				const before = await contents();
				const refused = await ask().then(
					() => false,
					({ kind }: StoreError) => kind === "refused",
				);
				if (refused) expect([right, await contents()]).toEqual([right, before]);
				await acl(right);
				return refused;
			};
			const submit = () => tasks.submit([newTask(id, { route: ROUTE })]);
			if (await denied(submit)) await submit();
			if (await denied(() => tasks.claim(claim))) await tasks.claim(claim);
			const [held] = await sessions.running(session);
			const { id: heldId, token } = held ?? { id: "", token: 0 };
			expect(heldId).toBe(id);
			const end = success({ id, token } as ClaimedTask);
			if (await denied(() => tasks.complete([end])))
				await tasks.complete([end]);
			const [task] = await tasks.get([id]);
			expect(task?.state).toBe("SUCCESS");
		}
	} finally {
		await operator.flushall();
		await store.close();
	}
});

test("each script that writes asks first whether its user may run all of it", async () => {
	await operator.acl("SETUSER", "ann", "on", ">p", ...aclRules("rights"));
	const ann = new Redis(server.url.replace("//", "//ann:p@"));
	try {
		const rights = aclRules("rights").filter((rule) => rule.startsWith("+"));
		for (const right of rights) {
			const command = right.slice(1);
			if (command.startsWith("eval")) continue;
			await operator.acl("SETUSER", "ann", `-${command}`);
			for (const { name, source } of Object.values(loadScripts())) {
				const names = source.includes(`'${command.toUpperCase()}'`);
				if (!names || source.includes("flags=no-writes")) continue;
				const told = await ann.eval(source, 1, "{rights:0}").then(
					() => "done",
					({ message }: Error) => message,
				);
				expect([name, told]).toEqual([
					name,
					`NOPERM this user has no permissions to run the '${command}' command`,
				]);
			}
			await operator.acl("SETUSER", "ann", right);
		}
		expect(await contents()).toEqual({});
	} finally {
		ann.disconnect();
	}
});

test("a script runs on a server that cannot say what a user may do", async () => {
	const script = "return call('GET', KEYS[1])";
	const check = rightsCheck("call('HSET'");
	expect(check).toContain("acl_check_cmd");
	// As such a server has it: the rest of what Redis offers to scripts is there.
	const older = `local redis = { call = redis.call, error_reply = redis.error_reply }
local call = redis.call
${check}${script}`;
	expect(await operator.eval(older, 1, "{rights:0}:none")).toBe(null);
});

test("a primary that becomes a replica is left once, however many commands it refuses at once", async () => {
	const former = await startRedis();
	const direct = new Redis(former.url);
	const { store } = await connect(former.url);
	const warned = vi.spyOn(process, "emitWarning");
	try {
		await store.agreeOnShards(true);
		const { tasks } = store.shards[0] as Shard;
		await tasks.submit([newTask("before")]);
		await direct.replicaof("127.0.0.1", server.port);
		const left = new Promise<void>((resolve) =>
			store.onChange((up) => {
				if (!up) resolve();
			}),
		);
		const many = Array.from({ length: 20 }, (_, i) =>
			tasks.submit([newTask(`t${i}`)]),
		);
		const outcomes = await Promise.allSettled(many);
		expect(outcomes.map(({ status }) => status)).not.toContain("fulfilled");
		await left;
		expect(warned).not.toHaveBeenCalled();
	} finally {
		warned.mockRestore();
		await store.close();
		direct.disconnect();
		await former.stop();
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
		// Also refused, and not asked for again: once one is written, all may be.
		if (!store.up) await comesUp(store);
		const { tasks } = store.shards[0] as Shard;
		await expect(tasks.submit([newTask("t")])).rejects.toThrow(StoreError);
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
