/** A task that somebody deleted or overwrote in Redis does not hold up what is done to others with it. */
import { beforeEach, expect, test } from "vitest";
import type { TaskEnd } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { StoreOnRedis } from "./store-on-redis.ts";

const ground = StoreOnRedis.forFile("damage");
beforeEach(() => ground.submit("one", "two", "three"));

const TASKS = "{damage:0}:tasks";
const forget = (id: string) => ground.redis.hdel(TASKS, id);
const overwrite = (id: string) =>
	ground.redis.hset(TASKS, id, "5 not-a-number 1 0 route\n\n1");

const success = (id: string, token: number): TaskEnd => ({
	...{ id, token, startedMs: 1, state: "SUCCESS", result: "1" },
});

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

const HUGE = "9".repeat(20);
const UNREADABLE = [
	...["", "5 2 1 0", "5 2 1 0\n\n1", "5 2 1 0 \n\n1", "5 1e3 1 0 route\n\n1"],
	...["5 2 1 0,0 route\n\n1", "5 2 1 0abc route\n\n1", "5 2 1 7 route\n\n1"],
	...["5 2 1 0,0,0,0,1,x route\n\n1", "5 2 1 0,0,0,0,1,0 route\n\n1"],
	...["5 2 1 7,0,0,0,2,5,5,x route\n\n1", "5 2 1 0,0,0,0,1,5,5,6,7 route\n\n1"],
	...[0, 1, 2, 3, 4, 5, 6, 7].map((place) => {
		const counts = [0, 0, 0, 0, 1, 0, 0, 5].with(place, -1).join();
		return `5 2 1 ${counts.replace("-1", HUGE)} route\n\n1`;
	}),
];

test.each(UNREADABLE)(
	"a waiting task whose text became %j is dropped, and the others run and end",
	async (text) => {
		await ground.redis.hset(TASKS, "two", text);
		const claimed = await ground.claimed();
		expect(claimed.map(({ id }) => id)).toEqual(["one", "three"]);
		const { tasks } = ground.shard;
		expect((await tasks.counts()).states).toMatchObject({ PENDING: 0 });
		const ends = claimed.map(({ id, token }) => success(id, token));
		const { outcomes } = await tasks.complete(ends);
		expect(outcomes).toEqual(["accepted", "accepted"]);
	},
);

test.each([
	...["x 2 1 0 route\n\n1", `${HUGE} 2 1 0 route\n\n1`],
	...[`5 ${HUGE} 1 0 route\n\n1`, "5 2 x 0 route\n\n1"],
	...[`5 2 ${HUGE} 0 route\n\n1`, "5 2 1 0 a b c\n\n1", "5 2 1 0 route"],
	'5 2 1 0 route\n{"tags":["a","\xff"]}\n1',
])(
	"a waiting task whose text became %j keeps no other from being handed back, or from ending",
	async (text) => {
		await ground.redis.hset(TASKS, "two", text);
		const { sessions, tasks } = ground.shard;
		const taken = await ground.claimed();
		await tasks.giveBack(
			taken.map(({ id, token }) => ({
				...{ id, token, end: "handed-back", message: "" },
			})),
		);
		const again = await ground.claimed();
		for (const id of ["one", "three"])
			expect(again.map((task) => task.id)).toContain(id);
		const ends = again.map(({ id, token }) => success(id, token));
		const { outcomes } = await tasks.complete(ends);
		expect(outcomes).toEqual(ends.map(() => "accepted"));
		expect(await sessions.running(ground.session)).toEqual([]);
	},
);

test("tasks that were overwritten with the same text are claimed, or dropped, each by itself", async () => {
	const overwriteAll = async (...texts: readonly string[]) => {
		await ground.begin();
		await ground.submit("one", "two", "three");
		for (const [i, text] of texts.entries())
			await ground.redis.hset(TASKS, ["one", "two", "three"][i] ?? "", text);
		return (await ground.claimed()).map(({ id }) => id);
	};
	const [bare, bad] = ["5 2 1 0 route", "x 2 1 0 route\n{}\n1"];
	const all = ["one", "two", "three"];
	expect(await overwriteAll(bare, bare, bare)).toEqual(all);
	expect(await overwriteAll(bad, "5 2 1 0 route\n{}\n1")).toEqual([
		...["two", "three"],
	]);
});

test("a task whose entry among the holders was overwritten keeps no other from ending", async () => {
	const { tasks } = ground.shard;
	const taken = await ground.claimed();
	const key = "{damage:0}:holders";
	const held = (await ground.redis.hget(key, "two")) ?? "";
	await ground.redis.hset(
		key,
		"two",
		held.replace(/ (\d+) (\S+)$/, " $1,x $2"),
	);
	const bytes = await ground.redis.hstrlen(TASKS, "two");
	const ends = taken.map(({ id, token }) => success(id, token));
	const { outcomes } = await tasks.complete(ends);
	expect(outcomes).toEqual(["accepted", "accepted", "accepted"]);
	const kept = Number(await ground.redis.hget("{damage:0}:meta", "successes"));
	expect(kept).toBeGreaterThan(3 * bytes);
});

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
