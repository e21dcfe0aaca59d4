/** Rules of when tasks are due, and by when they must have begun. */
import { expect, it } from "vitest";
import type { NewTask } from "../../protocol/task.ts";
import type { TaskOptions } from "../../protocol/task-options.ts";
import { keeping } from "../keeping.ts";
import { type Bench, ROUTE, success } from "./store-bench.ts";
import { knownAs } from "./store-known.ts";

const SOON: TaskOptions = { delay: 1 };
const LATER: TaskOptions = { delay: "1h" };
const BRIEF: TaskOptions = { expiresIn: 1 };
const LONG: TaskOptions = { expiresIn: "1h" };
const MANY = 200;

export function dueRules(bench: Bench): void {
	it("a task that is due later is SCHEDULED, says when, and is not given to anybody", async () => {
		const session = await bench.open();
		const task = bench.task({ options: LATER });
		const [outcome] = await bench.tasks.submit([task]);
		const record = await bench.read(task.id);
		const dueMs = record.createdMs + 3_600_000;
		expect(outcome).toMatchObject({
			...{ created: true, scheduled: true },
			moments: { dueMs, expiresMs: undefined },
		});
		expect(record).toMatchObject({ state: "SCHEDULED", attempt: 0, dueMs });
		expect((await bench.pulse(session)).nextTimeMs).toBe(dueMs);
		expect(await bench.tasks.elapse(MANY)).toMatchObject({
			...{ nextTimeMs: dueMs, expiredIds: [], promoted: [] },
		});
		expect((await bench.claim(session)).tasks).toEqual([]);
		expect((await bench.tasks.counts()).states).toMatchObject({
			...{ SCHEDULED: 1, PENDING: 0 },
		});
	});

	it("a due task waits from then on, in the order of due times, behind those that wait already", async () => {
		const session = await bench.open();
		const [third, second] = await bench.submit(
			{ options: { delay: 3 } },
			{ options: { delay: 2 } },
		);
		const [first] = await bench.submit({});
		await bench.until("all is due", async () => isPast(bench, 3));
		const { promoted, nextTimeMs } = await bench.tasks.elapse(MANY);
		expect(promoted).toEqual([{ route: ROUTE, count: 2, topPriority: 5 }]);
		expect(nextTimeMs).toBeUndefined();
		const { tasks } = await bench.claim(session);
		expect(tasks.map(({ id }) => id)).toEqual(idsOf(first, second, third));
		expect(tasks[2]).toMatchObject({ attempt: 1, options: { delay: 3 } });
	});

	it("a task of higher priority still goes first, and lists go by creation", async () => {
		const session = await bench.open();
		const [due] = await bench.submit({ options: SOON, priority: 9 });
		const [waiting] = await bench.submit({});
		await bench.until("it is due", async () => isPast(bench, 1));
		await bench.tasks.elapse(MANY);
		const { tasks: list } = await bench.tasks.list(ALL);
		expect(list.map(({ id }) => id)).toEqual(idsOf(waiting, due));
		const { tasks } = await bench.claim(session);
		expect(tasks.map(({ id }) => id)).toEqual(idsOf(due, waiting));
	});

	it("a task whose due time is past is due now", async () => {
		const session = await bench.open();
		const runAt = "2026-01-02T00:00:00+01:00";
		const [task] = await bench.submit({ options: { runAt } });
		expect(await bench.claimOne(session)).toMatchObject({ id: task?.id });
		const { dueMs } = await bench.read(task?.id ?? "");
		expect(dueMs).toBe(Date.parse(runAt));
	});

	it("one call deals with no more tasks than asked for, and says that there are more", async () => {
		await bench.submit(...Array(3).fill({ options: SOON }));
		await bench.until("all is due", async () => isPast(bench, 1));
		const { nowMs } = await bench.sessions.nodes();
		const first = await bench.tasks.elapse(2);
		expect(first.promoted).toMatchObject([{ count: 2 }]);
		expect(first.nextTimeMs).toBeLessThanOrEqual(nowMs);
		expect(await bench.tasks.elapse(2)).toMatchObject({
			...{ promoted: [{ count: 1 }], nextTimeMs: undefined },
		});
	});

	it("a task that is sent again stays as it was first sent", async () => {
		const task = bench.task({ options: LATER });
		await bench.tasks.submit([task]);
		const before = await bench.read(task.id);
		expect(await bench.tasks.submit([task])).toEqual([
			{ ok: true, created: false, existing: await knownAs(bench, task) },
		]);
		expect(await bench.read(task.id)).toEqual(before);
	});

	it("a task that is put back after its due time waits at its old place", async () => {
		const session = await bench.open();
		const [due] = await bench.submit({ options: SOON });
		await bench.until("it is due", async () => isPast(bench, 1));
		await bench.tasks.elapse(MANY);
		const { id, token } = await bench.claimOne(session);
		await bench.submit({});
		await bench.tasks.giveBack([
			{ id, token, end: "handed-back", message: "" },
		]);
		expect((await bench.claim(session, 1)).tasks).toMatchObject([
			{ id: due?.id, attempt: 2 },
		]);
	});
}

export function expiryRules(bench: Bench): void {
	it("a task that has not begun by its expiry ends EXPIRED, waiting or not due yet", async () => {
		const [waiting, scheduled] = await bench.submit(
			{ options: BRIEF },
			{ options: { ...LATER, expiresAt: "2026-01-02T00:00:00Z" } },
		);
		await bench.until("both have expired", async () => isPast(bench, 1));
		const { expiredIds, promoted, nextTimeMs } = await bench.tasks.elapse(MANY);
		expect([...expiredIds].sort()).toEqual(idsOf(waiting, scheduled).sort());
		expect([promoted, nextTimeMs]).toEqual([[], undefined]);
		expect(await bench.read(waiting?.id ?? "")).toMatchObject({
			...{ state: "EXPIRED", attempt: 0, attempts: [] },
			error: { code: "expired" },
		});
		const { states, waiting: routes } = await bench.tasks.counts();
		expect(states).toMatchObject({ SCHEDULED: 0, PENDING: 0, EXPIRED: 2 });
		expect(routes).toEqual([]);
	});

	it("a claim gives no expired task, but the one that waits behind it", async () => {
		const session = await bench.open();
		const [expired] = await bench.submit({ options: BRIEF });
		await bench.until("it has expired", async () => isPast(bench, 1));
		const [next] = await bench.submit({});
		expect(await bench.claimOne(session)).toMatchObject({ id: next?.id });
		expect((await bench.read(expired?.id ?? "")).state).toBe("EXPIRED");
		expect((await bench.pulse(session)).nextTimeMs).toBeUndefined();
	});

	it("a task that was due long before 1970 waits at once", async () => {
		const session = await bench.open();
		const options = { runAt: "0001-01-01T00:00:00Z" };
		const task = await bench.started(session, { options });
		await bench.tasks.complete([success(task)]);
		expect(await bench.read(task.id)).toMatchObject({ state: "SUCCESS" });
	});

	it("a claim ends no more expired tasks than it may give", async () => {
		const session = await bench.open();
		await bench.submit(...Array(5).fill({ options: BRIEF }));
		await bench.submit({});
		await bench.until("they have expired", async () => isPast(bench, 1));
		const expired: number[] = [];
		for (const tasks of [0, 0, 1]) {
			const claim = await bench.claim(session, 2);
			expect(claim.tasks).toHaveLength(tasks);
			const { states } = await bench.tasks.counts();
			expired.push(states.EXPIRED);
		}
		expect(expired).toEqual([2, 4, 5]);
	});

	it("a task that began in time never expires, even if it is taken over", async () => {
		const session = await bench.open();
		const options = { expiresIn: 200 };
		const task = await bench.started(session, { options });
		expect((await bench.pulse(session)).nextTimeMs).toBeUndefined();
		await bench.until("its time is over", async () => isPast(bench, 200));
		await bench.sessions.revoke({
			...{ session: session.name, grounds: { when: "now" }, limit: 1 },
		});
		expect((await bench.tasks.elapse(MANY)).expiredIds).toEqual([]);
		const bob = await bench.open("bob");
		const again = await bench.claimOne(bob);
		expect(again).toMatchObject({ id: task.id, attempt: 2 });
		await bench.tasks.complete([success(again)]);
		expect((await bench.read(task.id)).state).toBe("SUCCESS");
	});

	it("an expiry counts from when the task is due", async () => {
		const options = { delay: "1h", ...LONG };
		const task = bench.task({ options });
		await bench.tasks.submit([task]);
		const { createdMs, dueMs, expiresMs } = await bench.read(task.id);
		expect(dueMs).toBe(createdMs + 3_600_000);
		expect(expiresMs).toBe(createdMs + 7_200_000);
	});

	it("an expired task is discarded like every ended task", async () => {
		const [task] = await bench.submit({ options: BRIEF });
		await bench.until("it has expired", async () => isPast(bench, 1));
		await bench.tasks.elapse(MANY);
		expect(await bench.tasks.trim(keeping(0), 0)).toBe(1);
		expect(await bench.tasks.get(idsOf(task))).toEqual([undefined]);
	});
}

const ALL = { state: undefined, beforeSeq: 2 ** 45, limit: 500 };

function idsOf(...tasks: readonly (NewTask | undefined)[]): string[] {
	return tasks.map((task) => task?.id ?? "");
}

/** Whether so long has passed since the newest task was created. */
async function isPast(bench: Bench, ms: number): Promise<boolean> {
	const { tasks } = await bench.tasks.list({ ...ALL, limit: 1 });
	const { nowMs } = await bench.sessions.nodes();
	return nowMs >= (tasks[0]?.createdMs ?? 0) + ms;
}
