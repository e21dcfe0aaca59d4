/** Counts follow from what is there, whatever somebody deletes or overwrites. */
import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Shard } from "../../node/ports.ts";
import type { SessionName } from "../../protocol/lease.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { ROUTE, success } from "./store-bench.ts";
import { StoreOnRedis } from "./store-on-redis.ts";

const META = "{recount:0}:meta";
const TASKS = "{recount:0}:tasks";
let ground: StoreOnRedis;
let redis: Redis;
let shard: Shard;
let session: SessionName;
let generation: number;
let claimed: readonly ClaimedTask[];

beforeAll(async () => {
	ground = await StoreOnRedis.start("recount");
	({ redis, shard } = ground);
});
afterAll(() => ground[Symbol.asyncDispose]());

/** Three tasks wait, two run, one has ended. */
beforeEach(async () => {
	({ session, generation } = await ground.begin());
	const ids = ["a", "b", "c", "d", "e", "f"];
	await shard.tasks.submit(
		ids.map((id) => ({
			id,
			route: ROUTE,
			priority: 5,
			options: PLAIN,
			payload: "1",
		})),
	);
	const claim = { session, generation, routes: [ROUTE], limit: 3 };
	const reply = await shard.tasks.claim(claim);
	claimed = reply.ok ? reply.tasks : [];
	await shard.tasks.complete(claimed.slice(0, 1).map(success));
});

const claimAll = async () => {
	const claim = { session, generation, routes: [ROUTE], limit: 9 };
	const reply = await shard.tasks.claim(claim);
	return reply.ok ? reply.tasks : [];
};
const states = async () => (await shard.tasks.counts()).states;
const THEN = { PENDING: 3, STARTED: 2, SUCCESS: 1, FAILURE: 0 };

test.each([
	["gone", () => redis.hdel(META, "accepted", "forgotten")],
	["wrong", () => redis.hset(META, "accepted", 99, "forgotten", -7)],
	["beside a text that is gone", () => redis.hdel(TASKS, "f")],
])(
	"where the totals are %s, the counts are right, and the totals put right later",
	async (_, damage) => {
		await damage();
		expect(await states()).toMatchObject(THEN);
		await shard.tasks.complete(claimed.slice(1).map(success));
		expect(await states()).toMatchObject({
			...{ PENDING: 3, STARTED: 0, SUCCESS: 3 },
		});
		if (await redis.hexists(TASKS, "f")) await shard.tasks.trim(100);
		else {
			const reply = await claimAll();
			expect(reply.map(({ id }) => id)).toEqual(["d", "e"]);
			// What was dropped has no place any more: the books are balanced without it.
			await shard.tasks.trim(100);
		}
		const [accepted, forgotten] = await redis.hmget(
			META,
			...["accepted", "forgotten"],
		);
		expect(Number(accepted) - Number(forgotten)).toBe(await redis.hlen(TASKS));
	},
);

test("what somebody deletes is not counted, and no count is ever negative", async () => {
	for (const key of ["holders", "tasks", `queue:${ROUTE}`, "ended:SUCCESS"]) {
		await redis.del(`{recount:0}:${key}`);
		await shard.tasks.complete(claimed.slice(1).map(success));
		await shard.tasks.trim(0, 0);
		for (const count of Object.values(await states()))
			expect(count).toBeGreaterThanOrEqual(0);
	}
	expect(await states()).toMatchObject({
		...{ PENDING: 0, STARTED: 0, SUCCESS: 0 },
	});
});
