/** Steps on tasks with the longest possible texts hold Redis for a moment only. */
import { expect, test } from "vitest";
import type { SubmitOutcome } from "../../node/ports.ts";
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
/** In processor time of Redis' own thread, however busy the machine is. A batch takes some tens of these. */
const BATCH_CPU_MS_MAX = 200;

const LONG = "x y ".repeat(ATTEMPT_ERROR_CHARS_MAX / 4);
const ERROR: TaskError = {
	...{ code: "failed", message: LONG, stack: LONG },
	cause: { code: "failed", message: LONG },
};

test("a task that failed often with long errors is put off, lost, reopened and deleted", async () => {
	const { tasks, sessions } = ground.shard;
	const tookMs: Record<string, number> = {};
	const timed = async <Answer>(
		name: string,
		step: () => Promise<Answer>,
	): Promise<Answer> => {
		const beforeMs = await ground.cpuMs();
		const answer = await step();
		const ms = (await ground.cpuMs()) - beforeMs;
		tookMs[name] = Math.max(ms, tookMs[name] ?? 0);
		return answer;
	};
	const claim = () => timed("claim", () => ground.claimed(COMPLETE_BATCH_MAX));
	const ids = Array.from({ length: COMPLETE_BATCH_MAX }, (_, i) => `task-${i}`);
	await ground.submit(...ids);
	for (let round = 0; round < 3; round++) {
		const claimed = await claim();
		expect(claimed).toHaveLength(COMPLETE_BATCH_MAX);
		const put = { end: "failure", error: ERROR, startedMs: 1 } as const;
		const back = claimed.map(({ id, token }) => {
			return { id, token, ...put, afterMs: 0 };
		});
		await timed("give back", () => tasks.giveBack(back));
		await timed("elapse", () => tasks.elapse(COMPLETE_BATCH_MAX));
	}
	const ended = (await claim()).map(({ id, token }) => {
		const how = { state: "FAILURE", end: "failure", error: ERROR } as const;
		return { id, token, startedMs: 1, ...how };
	});
	await timed("complete", () => tasks.complete(ended));
	const wish = { round: 1, afterMs: 0, expiresMs: undefined };
	await timed("retry", () => tasks.retry(ids.map((id) => ({ id, ...wish }))));
	await claim();
	const { session } = ground;
	const grounds = { when: "now" } as const;
	await timed("revoke", () =>
		sessions.revoke({ session, grounds, limit: 128 }),
	);
	await timed("get", () => tasks.get(ids));
	const cancel = ids.map((id) => ({ id, round: undefined }));
	await timed("cancel", () =>
		tasks.cancel({ tasks: cancel, by: "me", reason: "", force: true }),
	);
	await timed("trim", () => tasks.trim(keeping(0), 0));
	for (const [name, ms] of Object.entries(tookMs))
		expect(ms, name).toBeLessThan(BATCH_CPU_MS_MAX);
});

const IDS = Array.from({ length: 9 }, (_, i) => `long-${i}`);

/** How many scripts were run meanwhile. */
async function stepsOf(work: () => Promise<void>): Promise<number> {
	await ground.redis.config("RESETSTAT");
	await work();
	const stats = await ground.redis.info("commandstats");
	// By their names, or sent whole. One of a name that Redis does not know is not run.
	const sent = /cmdstat_eval(?:sha)?:calls=(\d+).*failed_calls=(\d+)/g;
	let steps = 0;
	for (const [, calls, failed] of stats.matchAll(sent))
		steps += Number(calls) - Number(failed);
	return steps;
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

test("a step takes a few tasks with long payloads, and all get their turn in order", async () => {
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

test("known tasks with large payloads are told in order, in steps", async () => {
	const payload = JSON.stringify("x".repeat(PAYLOAD_BYTES_MAX - 2));
	const many = Math.ceil((2.5 * STEP_BYTES_MAX) / PAYLOAD_BYTES_MAX);
	const tasks = Array.from({ length: many }, (_, i) => {
		return newTask(`known-${i}`, { route: ROUTE, payload });
	});
	for (const task of tasks) await ground.shard.tasks.submit([task]);
	const asked = tasks.map((task) => ({ ...task, payload: "1" }));
	const known = await ground.shard.tasks.known([newTask("no-such"), ...asked]);
	expect(known.map((each) => each?.id)).toEqual([
		undefined,
		...tasks.map(({ id }) => id),
	]);
});

test("tasks that are sent again are told in order, and in steps if they are large", async () => {
	const payload = JSON.stringify("x".repeat(PAYLOAD_BYTES_MAX - 2));
	const many = Math.ceil((2.5 * STEP_BYTES_MAX) / PAYLOAD_BYTES_MAX);
	const large = Array.from({ length: many }, (_, i) => {
		return newTask(`again-${i}`, { route: ROUTE, payload });
	});
	const { tasks } = ground.shard;
	for (const task of large) await tasks.submit([task]);
	const sent = [newTask("first"), ...large, newTask("last")];
	let outcomes: readonly SubmitOutcome[] = [];
	const steps = await stepsOf(async () => {
		outcomes = await tasks.submit(sent);
	});
	expect(steps).toBeGreaterThan(1);
	const ids = outcomes.map((each) =>
		each.ok && !each.created ? each.existing.id : each.ok && "new",
	);
	expect(ids).toEqual(["new", ...large.map(({ id }) => id), "new"]);
});
