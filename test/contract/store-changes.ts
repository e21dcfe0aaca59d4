/** Rules of tasks that are changed while they wait. */
import { expect, it } from "vitest";
import type { ChangeRequest } from "../../node/ports.ts";
import { ELAPSE_BATCH_MAX } from "../../protocol/limits.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { type Bench, ROUTE, success } from "./store-bench.ts";

async function change(
	bench: Bench,
	id: string,
	more: Partial<ChangeRequest> = {},
) {
	const { options: seen = PLAIN } = (await bench.tasks.get([id]))[0] ?? {};
	return await bench.tasks.change({
		...{ id, seen, options: seen, priority: undefined },
		...{ due: undefined, expires: undefined, ...more },
	});
}

const HOUR = 3_600_000;

export function changeRules(bench: Bench): void {
	it("with another priority a task takes its place among those of that priority, by its creation", async () => {
		const session = await bench.open();
		const tasks = await bench.submit({ priority: 9 }, {}, {}, { priority: 9 });
		const [one, two, three, four] = tasks.map(({ id }) => id);
		expect(await change(bench, three ?? "", { priority: 9 })).toMatchObject({
			...{ code: "changed", dueMs: undefined },
			waiting: [{ route: ROUTE, count: 1, topPriority: 9 }],
		});
		expect(await change(bench, one ?? "", { priority: 1 })).toMatchObject({
			code: "changed",
		});
		const claimed = await bench.claim(session);
		expect(claimed.tasks.map(({ id }) => id)).toEqual([three, four, two, one]);
		expect(claimed.tasks[0]?.priority).toBe(9);
	});

	it("a waiting task may be due later, and one that is not due may wait at once", async () => {
		const session = await bench.open();
		const [task] = await bench.submit({});
		const id = task?.id ?? "";
		const options = { delay: HOUR };
		const later = { options, due: { afterMs: HOUR } };
		const reply = await change(bench, id, later);
		const { dueMs = 0 } = await bench.read(id);
		expect(reply).toMatchObject({ code: "changed", dueMs, waiting: [] });
		expect(await bench.read(id)).toMatchObject({ state: "SCHEDULED", options });
		expect((await bench.claim(session)).tasks).toEqual([]);
		expect((await bench.pulse(session)).nextTimeMs).toBe(dueMs);
		const now = { due: { atMs: 1 } } as const;
		expect(await change(bench, id, now)).toMatchObject({
			...{ code: "changed", dueMs: undefined },
			waiting: [{ count: 1 }],
		});
		expect(await bench.claimOne(session)).toMatchObject({ id, options });
		expect((await bench.pulse(session)).nextTimeMs).toBeUndefined();
	});

	it("an expiry may be added and moved, and then holds; one before the due time is refused", async () => {
		const session = await bench.open();
		const [task] = await bench.submit({});
		const id = task?.id ?? "";
		const { nowMs } = await bench.sessions.nodes();
		const at = (ms: number) => ({ expires: { atMs: nowMs + ms } });
		const reply = await change(bench, id, at(HOUR));
		expect(reply).toMatchObject({ expiresMs: nowMs + HOUR });
		expect((await bench.pulse(session)).nextTimeMs).toBe(nowMs + HOUR);
		const before = await bench.read(id);
		for (const flawed of [
			at(-1),
			{ due: { atMs: nowMs + HOUR } },
			{ ...at(HOUR), due: { atMs: nowMs + 2 * HOUR } },
		] as const)
			expect(await change(bench, id, { priority: 1, ...flawed })).toEqual({
				code: "early",
			});
		expect(await bench.read(id)).toEqual(before);
		const moved = { due: { afterMs: HOUR }, expires: { afterMs: 5 } } as const;
		const { dueMs = 0 } = (await change(bench, id, moved)) as {
			dueMs?: number;
		};
		expect(await bench.read(id)).toMatchObject({
			...{ state: "SCHEDULED", dueMs, expiresMs: dueMs + 5 },
		});
		await change(bench, id, { due: { atMs: 1 }, expires: { afterMs: 1 } });
		const { expiresMs = 0 } = await bench.read(id);
		await bench.until(
			"it has expired",
			async () => (await bench.sessions.nodes()).nowMs > expiresMs,
		);
		const { expiredIds } = await bench.tasks.elapse(ELAPSE_BATCH_MAX);
		expect(expiredIds).toEqual([id]);
	});

	it("an expiry does not apply to a task that has begun once and was taken over", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		const back = { ...task, end: "handed-back", message: "" } as const;
		await bench.tasks.giveBack([back]);
		const { nowMs } = await bench.sessions.nodes();
		await change(bench, task.id, { expires: { atMs: nowMs + 5 } });
		await bench.until(
			"it would have expired",
			async () => (await bench.sessions.nodes()).nowMs > nowMs + 5,
		);
		const { expiredIds } = await bench.tasks.elapse(ELAPSE_BATCH_MAX);
		expect(expiredIds).toEqual([]);
		expect(await bench.claimOne(session)).toMatchObject({ attempt: 2 });
	});

	it("a task that was taken over can be changed however late, and so can an expired one, except for its times", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		const { id } = task;
		await bench.tasks.giveBack([{ ...task, end: "handed-back", message: "" }]);
		const { nowMs } = await bench.sessions.nodes();
		await change(bench, id, { expires: { atMs: nowMs + 100 } });
		const [late] = await bench.submit({ options: { expiresIn: 50 } });
		const expiresMs = nowMs + 100;
		await bench.until(
			"both are late",
			async () => (await bench.sessions.nodes()).nowMs > expiresMs,
		);
		for (const wish of [
			{ priority: 9 },
			{ due: { afterMs: HOUR } },
			{ due: { atMs: 1 } },
		] as const)
			expect(await change(bench, id, wish)).toMatchObject({ code: "changed" });
		const early = { due: { afterMs: HOUR } } as const;
		expect(await change(bench, late?.id ?? "", early)).toEqual({
			code: "early",
		});
		expect(await change(bench, late?.id ?? "", { priority: 9 })).toMatchObject({
			code: "changed",
		});
		const { expiredIds } = await bench.tasks.elapse(ELAPSE_BATCH_MAX);
		expect(expiredIds).toEqual([late?.id]);
		expect(await bench.claimOne(session)).toMatchObject({ id, priority: 9 });
	});

	it("a caller that has not seen the last change changes nothing", async () => {
		const [task] = await bench.submit({});
		const id = task?.id ?? "";
		await change(bench, id, { options: { delay: 7 } });
		expect(await change(bench, id, { seen: PLAIN, priority: 1 })).toEqual({
			code: "other",
		});
		expect(await bench.read(id)).toMatchObject({ priority: 5 });
	});

	it("a task that runs, has ended or is not there stays as it is", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		const wish = { priority: 1, due: { afterMs: HOUR } } as const;
		expect(await change(bench, task.id, wish)).toEqual({ code: "not_waiting" });
		await bench.tasks.complete([success(task)]);
		expect(await change(bench, task.id, wish)).toEqual({ code: "not_waiting" });
		expect(await change(bench, "nobody", wish)).toEqual({ code: "none" });
		expect(await bench.read(task.id)).toMatchObject({
			...{ state: "SUCCESS", priority: 5 },
		});
	});
}
