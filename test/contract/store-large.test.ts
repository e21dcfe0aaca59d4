/** Steps on tasks with the longest texts that there may be hold Redis for a moment only. */
import { expect, test } from "vitest";
import {
	ATTEMPT_ERROR_CHARS_MAX,
	COMPLETE_BATCH_MAX,
	PAYLOAD_BYTES_MAX,
	STEP_BYTES_MAX,
} from "../../protocol/limits.ts";
import type { TaskError } from "../../protocol/task.ts";
import { keeping } from "../keeping.ts";
import { newTask } from "../new-task.ts";
import { ROUTE } from "./store-bench.ts";
import { StoreOnRedis } from "./store-on-redis.ts";

const ground = StoreOnRedis.forFile("large");
/** A step on one such task takes some microseconds; this is for a loaded machine. */
const STEP_MICROS_MAX = 250_000;

const LONG = "x y ".repeat(ATTEMPT_ERROR_CHARS_MAX / 4);
const ERROR: TaskError = {
	...{ code: "failed", message: LONG, stack: LONG },
	cause: { code: "failed", message: LONG },
};

/** Of the scripts since the last look, those that took longer than they may. */
async function slowSteps(): Promise<string[]> {
	const entries = (await ground.redis.call("SLOWLOG", "GET", "100")) as [
		...[number, number, number, string[]],
	][];
	return entries.map(([, , micros, [command]]) => `${command} ${micros} µs`);
}

test("a task that failed often with long errors is put off, lost, reopened and deleted", async () => {
	await ground.redis.config(
		...(["SET", "slowlog-log-slower-than", String(STEP_MICROS_MAX)] as const),
	);
	await ground.redis.call("SLOWLOG", "RESET");
	const { tasks } = ground.shard;
	const ids = Array.from({ length: COMPLETE_BATCH_MAX }, (_, i) => `task-${i}`);
	await ground.submit(...ids);
	for (let round = 0; round < 3; round++) {
		const claimed = await ground.claimed(COMPLETE_BATCH_MAX);
		expect(claimed).toHaveLength(COMPLETE_BATCH_MAX);
		const put = { end: "failure", error: ERROR, startedMs: 1 } as const;
		await tasks.giveBack(
			claimed.map(({ id, token }) => ({ id, token, ...put, afterMs: 0 })),
		);
		await tasks.elapse(COMPLETE_BATCH_MAX);
	}
	const claimed = await ground.claimed(COMPLETE_BATCH_MAX);
	await tasks.complete(
		claimed.map(({ id, token }) => ({
			...{ id, token, startedMs: 1 },
			...{ state: "FAILURE", end: "failure", error: ERROR },
		})),
	);
	await tasks.retry(
		ids.map((id) => ({
			...{ id, round: 1, afterMs: 0, expiresMs: undefined },
		})),
	);
	await ground.claimed(COMPLETE_BATCH_MAX);
	await ground.shard.sessions.revoke({
		...{ session: ground.session, grounds: { when: "now" }, limit: 128 },
	});
	await tasks.get(ids);
	const cancel = ids.map((id) => ({ id, round: undefined }));
	await tasks.cancel({ tasks: cancel, by: "me", reason: "", force: true });
	await tasks.trim(keeping(0), 0);
	expect(await slowSteps()).toEqual([]);
});

const IDS = Array.from({ length: 9 }, (_, i) => `long-${i}`);

/** Scripts that were run meanwhile. */
async function stepsOf(work: () => Promise<void>): Promise<number> {
	await ground.redis.config("RESETSTAT");
	await work();
	const stats = await ground.redis.info("commandstats");
	return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]);
}

async function promote(): Promise<void> {
	let promoted = 0;
	for (let next: number | undefined = 0; next !== undefined; ) {
		const reply = await ground.shard.tasks.elapse(COMPLETE_BATCH_MAX);
		promoted += reply.promoted[0]?.count ?? 0;
		next = reply.nextTimeMs;
	}
	expect(promoted).toBe(IDS.length);
}

async function cancel(): Promise<void> {
	const tasks = [...IDS, "nobody"].map((id) => ({ id, round: undefined }));
	const wish = { tasks, by: "me", reason: "", force: false };
	const outcomes = await ground.shard.tasks.cancel(wish);
	expect(outcomes.map(({ code }) => code)).toEqual([
		...[...IDS.map(() => "cancelled"), "none"],
	]);
}

async function reopen(): Promise<void> {
	const wish = { round: undefined, afterMs: 0, expiresMs: undefined };
	const { outcomes, reopened } = await ground.shard.tasks.retry(
		IDS.map((id) => ({ id, ...wish })),
	);
	expect(outcomes).toEqual(IDS.map(() => "pending"));
	expect(reopened).toMatchObject([{ route: ROUTE, count: IDS.length }]);
}

async function giveBack(): Promise<void> {
	const held = await ground.claimed(COMPLETE_BATCH_MAX);
	expect(held.map(({ id }) => id)).toEqual(IDS);
	const outcomes = await ground.shard.tasks.giveBack(
		held.map(({ id, token }) => ({
			...{ id, token, end: "handed-back", message: "" },
		})),
	);
	expect(outcomes).toEqual(IDS.map(() => "pending"));
}

async function lose(): Promise<void> {
	await ground.claimed(COMPLETE_BATCH_MAX);
	const grounds = { when: "now" } as const;
	for (let left = 1; left > 0; ) {
		const revoke = { session: ground.session, grounds, limit: 128 };
		const reply = await ground.shard.sessions.revoke(revoke);
		if (!reply.ok) throw new Error(reply.code);
		left = reply.left;
	}
}

test("a step takes a few tasks with long payloads, and all have their turn in order", async () => {
	const payload = JSON.stringify("x".repeat(PAYLOAD_BYTES_MAX - 2));
	const fields = { route: ROUTE, payload, options: { delay: 1 } };
	const { tasks } = ground.shard;
	for (const id of IDS) await tasks.submit([newTask(id, fields)]);
	const stepsMin = Math.floor(
		(IDS.length * PAYLOAD_BYTES_MAX) / (STEP_BYTES_MAX + PAYLOAD_BYTES_MAX),
	);
	for (const work of [promote, cancel, reopen, giveBack, lose])
		expect(await stepsOf(work), work.name).toBeGreaterThanOrEqual(stepsMin);
	const { states } = await tasks.counts();
	expect(states).toMatchObject({ PENDING: IDS.length, STARTED: 0 });
});
