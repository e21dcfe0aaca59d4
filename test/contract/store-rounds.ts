/** Rules of ended tasks that are reopened, and of those that are deleted. */
import { expect, it } from "vitest";
import type { RetryRequest } from "../../node/ports.ts";
import {
	CRASHES_MAX,
	ELAPSE_BATCH_MAX,
	LOSSES_ALONE_MAX,
} from "../../protocol/limits.ts";
import type { ClaimedTask, TaskEnd } from "../../protocol/task.ts";
import { keeping } from "../keeping.ts";
import { type Bench, ROUTE, type Session, success } from "./store-bench.ts";

const ERROR = { code: "failed", message: "no luck" };

function failure({ id, token }: ClaimedTask): TaskEnd {
	const end = { state: "FAILURE", end: "failure", error: ERROR } as const;
	return { id, token, startedMs: 7, ...end };
}

async function failed(bench: Bench, session: Session, fields = {}) {
	const task = await bench.started(session, fields);
	await bench.tasks.complete([failure(task)]);
	return task;
}

async function retry(bench: Bench, id: string, more = {}) {
	const request: RetryRequest = {
		...{ id, round: undefined, afterMs: 0, expiresMs: undefined },
		...more,
	};
	return await bench.tasks.retry([request]);
}

export function roundRules(bench: Bench): void {
	it("a reopened task waits for another round, and keeps nothing but its attempts", async () => {
		const session = await bench.open();
		const task = await failed(bench, session);
		const before = await bench.read(task.id);
		const reply = await retry(bench, task.id, { round: 1 });
		expect(reply).toMatchObject({
			outcomes: ["pending"],
			reopened: [{ route: ROUTE, count: 1, topPriority: 5 }],
		});
		const again = await bench.read(task.id);
		expect(again).toMatchObject({
			...{ id: task.id, state: "PENDING", round: 2, attempt: 1 },
			...{ seq: before.seq, createdMs: before.createdMs },
			...{ failures: 0, crashes: 0, losses: 0 },
			attempts: [{ round: 1, token: task.token, end: "failure", error: ERROR }],
		});
		expect(again.error).toBeUndefined();
		expect(again.finishedMs).toBeUndefined();
		const next = await bench.claimOne(session);
		expect(next).toMatchObject({ id: task.id, round: 2, attempt: 2 });
		expect(next.token).toBeGreaterThan(task.token);
		const late = await bench.tasks.complete([success(task)]);
		expect(late.outcomes).toEqual(["stale_token"]);
		await bench.tasks.complete([success(next)]);
		expect(await bench.read(task.id)).toMatchObject({
			...{ state: "SUCCESS", round: 2, attempt: 2 },
			attempts: [{ round: 1 }, { round: 2, end: "success" }],
		});
		expect((await bench.tasks.counts()).states).toMatchObject({
			...{ SUCCESS: 1, FAILURE: 0, PENDING: 0, STARTED: 0 },
		});
	});

	it("reopening does nothing to another round, a task that has not ended, a success, or an unknown task", async () => {
		const session = await bench.open();
		const task = await failed(bench, session);
		expect((await retry(bench, task.id, { round: 2 })).outcomes).toEqual([
			"other_round",
		]);
		await retry(bench, task.id, { round: 1 });
		expect((await retry(bench, task.id, { round: 1 })).outcomes).toEqual([
			"other_round",
		]);
		expect((await retry(bench, task.id)).outcomes).toEqual(["not_ended"]);
		await bench.tasks.complete([success(await bench.claimOne(session))]);
		expect(await retry(bench, task.id)).toMatchObject({
			...{ outcomes: ["succeeded"], reopened: [] },
		});
		expect((await retry(bench, "nobody")).outcomes).toEqual(["none"]);
		expect(await bench.read(task.id)).toMatchObject({ round: 2 });
	});

	it("a cancelled task runs in its next round as if it had never been cancelled", async () => {
		const session = await bench.open();
		const [task] = await bench.submit({});
		const id = task?.id ?? "";
		const tasks = [{ id, round: undefined }];
		const wish = { tasks, by: "ann", reason: "", force: false };
		await bench.tasks.cancel(wish);
		await retry(bench, id);
		const again = await bench.read(id);
		expect(again).toMatchObject({ state: "PENDING", round: 2, attempts: [] });
		expect(again.cancel).toBeUndefined();
		// A cancel of the round that is over comes too late.
		const late = { ...wish, tasks: [{ id, round: 1 }] };
		expect(await bench.tasks.cancel(late)).toEqual([{ code: "same" }]);
		const next = await bench.claimOne(session);
		await bench.tasks.complete([failure(next)]);
		expect(await bench.read(id)).toMatchObject({ state: "FAILURE", round: 2 });
	});

	it("a reopened task may be due later, and expires so long after that", async () => {
		const session = await bench.open();
		const task = await failed(bench, session);
		const times = { afterMs: 3_600_000, expiresMs: 60_000 };
		const { nowMs, outcomes } = await retry(bench, task.id, times);
		const dueMs = nowMs + 3_600_000;
		expect(outcomes).toEqual([{ dueMs }]);
		expect(await bench.read(task.id)).toMatchObject({
			...{ state: "SCHEDULED", dueMs, expiresMs: dueMs + 60_000 },
		});
		expect((await bench.claim(session)).tasks).toEqual([]);
		expect((await bench.pulse(session)).nextTimeMs).toBe(dueMs);
	});

	it("a task's expiry applies to the first start of a round, whatever came before", async () => {
		const session = await bench.open();
		const task = await bench.started(session, { options: { expiresIn: "1h" } });
		// A takeover is never too late, but the round after it may be.
		const back = { ...task, end: "handed-back", message: "" } as const;
		await bench.tasks.giveBack([back]);
		await bench.tasks.complete([failure(await bench.claimOne(session))]);
		await retry(bench, task.id, { expiresMs: 1 });
		const { expiresMs = 0 } = await bench.read(task.id);
		await bench.until(
			"it has expired",
			async () => (await bench.sessions.nodes()).nowMs > expiresMs,
		);
		const { expiredIds } = await bench.tasks.elapse(ELAPSE_BATCH_MAX);
		expect(expiredIds).toEqual([task.id]);
		await retry(bench, task.id, { expiresMs: 3_600_000 });
		expect(await bench.claimOne(session)).toMatchObject({ round: 3 });
	});

	it("a reopened task's crashes count from 0", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		const crash = { end: "crashed", message: "gone" } as const;
		await bench.tasks.giveBack([{ ...task, ...crash }]);
		for (let i = 1; i < CRASHES_MAX; i++)
			await bench.tasks.giveBack([
				{ ...(await bench.claimOne(session)), ...crash },
			]);
		expect(await bench.read(task.id)).toMatchObject({ state: "FAILURE" });
		await retry(bench, task.id);
		const next = await bench.claimOne(session);
		expect(next).toMatchObject({ crashes: 0, attempt: CRASHES_MAX + 1 });
		await bench.tasks.giveBack([{ ...next, ...crash }]);
		expect(await bench.read(task.id)).toMatchObject({
			...{ state: "PENDING", crashes: 1, round: 2 },
		});
	});

	it("a reopened task's losses of nodes that ran nothing else count from 0, too", async () => {
		const lose = async (times: number) => {
			for (let i = 0; i < times; i++) {
				bench.startAgain();
				const session = await bench.open();
				await bench.claimOne(session);
				const grounds = { when: "now" } as const;
				const revoke = { session: session.name, grounds, limit: 9 };
				await bench.sessions.revoke({ ...revoke, lostElsewhere: false });
			}
		};
		const [task] = await bench.submit({});
		const id = task?.id ?? "";
		while ((await bench.read(id)).state !== "FAILURE") await lose(1);
		const { losses } = await bench.read(id);
		await retry(bench, id);
		await lose(losses - 1);
		expect(await bench.read(id)).toMatchObject({
			...{ state: "PENDING", losses: losses - 1 },
		});
		expect(losses).toBeGreaterThanOrEqual(LOSSES_ALONE_MAX);
		await lose(1);
		expect(await bench.read(id)).toMatchObject({ state: "FAILURE", round: 2 });
	});

	it("a reopened task is at the end of its queue, and in lists by its creation", async () => {
		const session = await bench.open();
		const first = await failed(bench, session);
		const [second] = await bench.submit({});
		await retry(bench, first.id);
		const all = { state: undefined, beforeSeq: 2 ** 45, limit: 9 };
		const listed = (await bench.tasks.list(all)).tasks.map(({ id }) => id);
		expect(listed).toEqual([second?.id, first.id]);
		const { tasks } = await bench.claim(session);
		expect(tasks.map(({ id }) => id)).toEqual([second?.id, first.id]);
	});

	it("tasks that ended together with a reopened one are discarded in their time, and it in its own", async () => {
		const session = await bench.open();
		await bench.submit({}, {}, {});
		const { tasks } = await bench.claim(session);
		await bench.tasks.complete(tasks.map(failure));
		const [one, two, three] = tasks.map(({ id }) => id);
		await retry(bench, two ?? "");
		await bench.tasks.complete([failure(await bench.claimOne(session))]);
		await retry(bench, two ?? "");
		expect(await bench.tasks.trim(keeping(0), 0)).toBe(2);
		const left = await bench.tasks.get([one ?? "", two ?? "", three ?? ""]);
		expect(left.map((task) => task?.state)).toEqual([
			...[undefined, "PENDING", undefined],
		]);
		await bench.tasks.complete([failure(await bench.claimOne(session))]);
		expect(await bench.tasks.trim(keeping(1), 0)).toBe(0);
		expect(await bench.tasks.trim(keeping(0), 0)).toBe(1);
		const reply = await bench.tasks.complete([
			success(tasks[0] as ClaimedTask),
		]);
		expect(reply.kept).toEqual({
			successes: { number: 0, bytes: 0 },
			failures: { number: 0, bytes: 0 },
		});
	});
}

/** Asks for tasks to be deleted, whichever round they are in. */
function removed(bench: Bench, ...ids: string[]) {
	return bench.tasks.remove(ids.map((id) => ({ id, round: undefined })));
}

export function removingRules(bench: Bench): void {
	it("a reopened or deleted task is no longer among those to be discarded", async () => {
		const session = await bench.open();
		await bench.submit({}, {}, {});
		const { tasks } = await bench.claim(session);
		await bench.tasks.complete(tasks.map(failure));
		const [one = "", two = "", three = ""] = tasks.map(({ id }) => id);
		const order = async () =>
			(await bench.world.places(bench.index)).order.flat();
		await removed(bench, two);
		expect(await order()).toEqual([one, three]);
		await retry(bench, one);
		expect(await order()).toEqual([three]);
		await removed(bench, three);
		expect(await order()).toEqual([]);
	});

	it("an ended task that is deleted is gone, and its id is free", async () => {
		const session = await bench.open();
		const [task] = await bench.ended(session, 1);
		const id = task?.id ?? "";
		expect(await removed(bench, id, id, "nobody")).toEqual([
			...["removed", "none", "none"],
		]);
		expect(await bench.tasks.get([id])).toEqual([undefined]);
		expect((await bench.tasks.counts()).states.SUCCESS).toBe(0);
		const again = await bench.tasks.submit([bench.task({ id })]);
		expect(again).toMatchObject([{ ok: true, created: true }]);
		await bench.tasks.complete([success(await bench.claimOne(session))]);
		expect(await bench.tasks.trim(keeping(1), 0)).toBe(0);
		expect(await bench.tasks.trim(keeping(0), 0)).toBe(1);
	});

	it("a task that has ended in another round than the given one is not deleted", async () => {
		const session = await bench.open();
		const { id } = await failed(bench, session);
		await retry(bench, id);
		const [late] = [{ id, round: 1 }];
		expect(await bench.tasks.remove([late])).toEqual(["other_round"]);
		await bench.tasks.complete([success(await bench.claimOne(session))]);
		expect(await bench.tasks.remove([late])).toEqual(["other_round"]);
		expect(await bench.read(id)).toMatchObject({ state: "SUCCESS", round: 2 });
		const meant = [{ id, round: 2 }];
		expect(await bench.tasks.remove(meant)).toEqual(["removed"]);
		expect(await bench.tasks.get([id])).toEqual([undefined]);
	});

	it("a task that has not ended is not deleted", async () => {
		const session = await bench.open();
		const running = await bench.started(session);
		const [waiting, later] = await bench.submit(
			{},
			{ options: { delay: "1h" } },
		);
		const ids = [running.id, waiting?.id ?? "", later?.id ?? ""];
		expect(await removed(bench, ...ids)).toEqual(ids.map(() => "not_ended"));
		const states = (await bench.tasks.get(ids)).map((task) => task?.state);
		expect(states).toEqual(["STARTED", "PENDING", "SCHEDULED"]);
	});
}
