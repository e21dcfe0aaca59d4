/** A task that somebody deleted or overwrote in Redis does not hold up what is done to others with it. */
import { beforeEach, expect, test } from "vitest";
import { PLAIN } from "../../protocol/task-options.ts";
import { StoreOnRedis } from "./store-on-redis.ts";

const ground = StoreOnRedis.forFile("damage");
beforeEach(() => ground.submit("one", "two", "three"));

const TASKS = "{damage:0}:tasks";
const forget = (id: string) => ground.redis.hdel(TASKS, id);
const overwrite = (id: string) =>
	ground.redis.hset(TASKS, id, "5 not-a-number 1 0 route\n\n1");

test.each([
	["whose text is gone", forget],
	["that was overwritten", overwrite],
] as const)(
	"a running task %s does not keep the others from being put back",
	async (_, damage) => {
		const { sessions, tasks } = ground.shard;
		const revoke = () =>
			sessions.revoke({
				...{ session: ground.session, grounds: { when: "now" }, limit: 10 },
			});
		const giveBack = async () =>
			await tasks.giveBack(
				(await sessions.running(ground.session)).map(({ id, token }) => ({
					...{ id, token, end: "handed-back", message: "" },
				})),
			);
		for (const putBack of [
			revoke,
			() => sessions.close(ground.session, 10),
			giveBack,
		]) {
			await ground.begin();
			await ground.submit("one", "two", "three");
			await ground.claim();
			await damage("two");
			await putBack();
			const { states } = await tasks.counts();
			expect(states).toMatchObject({ PENDING: 2, STARTED: 0 });
		}
	},
);

test("a task that was overwritten does not keep others from being cancelled, changed, reopened or deleted", async () => {
	const { tasks } = ground.shard;
	const all = ["one", "two", "three"];
	const wish = { by: "me", reason: "", force: false };
	const round = (id: string) => ({ id, round: 1 });
	await overwrite("two");
	const change = { priority: 1, due: undefined, expires: undefined };
	const options = (await tasks.get(["two"]))[0]?.options ?? PLAIN;
	expect(
		await tasks.change({ id: "two", seen: options, options, ...change }),
	).toEqual({ code: "other" });
	expect(await tasks.cancel({ ...wish, tasks: all.map(round) })).toMatchObject([
		...[{ code: "cancelled" }, { code: "none" }, { code: "cancelled" }],
	]);
	await overwrite("one");
	const again = all.map((id) => ({
		...{ id, round: undefined, afterMs: 0, expiresMs: undefined },
	}));
	expect((await tasks.retry(again)).outcomes).toEqual([
		...["none", "none", "pending"],
	]);
	expect(await tasks.remove(again)).toEqual([
		...["removed", "not_ended", "not_ended"],
	]);
});

test("a task whose end was overwritten is left alone", async () => {
	const { tasks } = ground.shard;
	const wish = { by: "me", reason: "", force: false };
	const ids = ["one", "two"];
	const round = (id: string) => ({ id, round: 1 });
	await tasks.cancel({ ...wish, tasks: ids.map(round) });
	await ground.redis.hset("{damage:0}:ends", "one", "CANCELLED never\n{}");
	const again = ids.map((id) => ({
		...{ id, round: undefined, afterMs: 0, expiresMs: undefined },
	}));
	expect(await tasks.remove([{ id: "one", round: undefined }])).toEqual([
		"none",
	]);
	expect((await tasks.retry(again)).outcomes).toEqual(["none", "pending"]);
});
