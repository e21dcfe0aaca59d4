/** Counts follow from the tasks that are there, whatever somebody deletes or overwrites. */
import { beforeEach, expect, test } from "vitest";
import type { ClaimedTask } from "../../protocol/task.ts";
import { keeping } from "../keeping.ts";
import { ROUTE, success } from "./store-bench.ts";
import { StoreOnRedis } from "./store-on-redis.ts";

const META = "{recount:0}:meta";
const TASKS = "{recount:0}:tasks";
let claimed: readonly ClaimedTask[];

const ground = StoreOnRedis.forFile("recount");
/** Three tasks wait, two run, one has ended. */
beforeEach(async () => {
	await ground.submit("a", "b", "c", "d", "e", "f");
	claimed = await ground.claimed(3);
	await ground.shard.tasks.complete(claimed.slice(0, 1).map(success));
});

const states = async () => (await ground.shard.tasks.counts()).states;
const THEN = { PENDING: 3, STARTED: 2, SUCCESS: 1, FAILURE: 0 };

test.each([
	["gone", () => ground.redis.hdel(META, "accepted", "forgotten")],
	["wrong", () => ground.redis.hset(META, "accepted", 99, "forgotten", -7)],
	["beside a text that is gone", () => ground.redis.hdel(TASKS, "f")],
])(
	"if the totals are %s, the counts are right, and the totals are corrected later",
	async (_, damage) => {
		await damage();
		expect(await states()).toMatchObject(THEN);
		await ground.shard.tasks.complete(claimed.slice(1).map(success));
		expect(await states()).toMatchObject({
			...{ PENDING: 3, STARTED: 0, SUCCESS: 3 },
		});
		if (await ground.redis.hexists(TASKS, "f"))
			await ground.shard.tasks.trim(keeping(100), 0);
		else {
			const reply = await ground.claimed();
			expect(reply.map(({ id }) => id)).toEqual(["d", "e"]);
			// A dropped task has no place any more: the books balance without it.
			await ground.shard.tasks.trim(keeping(100), 0);
		}
		const [accepted, forgotten] = await ground.redis.hmget(
			META,
			...["accepted", "forgotten"],
		);
		expect(Number(accepted) - Number(forgotten)).toBe(
			await ground.redis.hlen(TASKS),
		);
	},
);

test("a task that somebody deleted is not counted, and no count is ever negative", async () => {
	for (const key of ["holders", "tasks", `queue:${ROUTE}`, "ended:SUCCESS"]) {
		await ground.redis.del(`{recount:0}:${key}`);
		await ground.shard.tasks.complete(claimed.slice(1).map(success));
		await ground.shard.tasks.trim(keeping(0, 0), 0);
		for (const count of Object.values(await states()))
			expect(count).toBeGreaterThanOrEqual(0);
	}
	expect(await states()).toMatchObject({
		...{ PENDING: 0, STARTED: 0, SUCCESS: 0 },
	});
});
