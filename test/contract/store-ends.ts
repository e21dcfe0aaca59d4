/** Rules of ends: completing, giving back, and discarding ended tasks. */
import { expect, it } from "vitest";
import type { GiveBack } from "../../node/ports.ts";
import {
	ATTEMPTS_KEPT_MAX,
	CRASHES_MAX,
	TRIM_BATCH_MAX,
} from "../../protocol/limits.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import { keeping } from "../keeping.ts";
import { type Bench, success } from "./store-bench.ts";

export function completingRules(bench: Bench): void {
	it("a success is kept with its result and its attempt", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		const { outcomes, kept } = await bench.tasks.complete([success(task)]);
		expect(outcomes).toEqual(["accepted"]);
		expect(kept.successes.number).toBe(1);
		const record = await bench.read(task.id);
		expect(record).toMatchObject({ state: "SUCCESS", result: '"done"' });
		expect(record.error).toBeUndefined();
		expect(record.finishedMs).toBeGreaterThanOrEqual(task.claimedMs);
		const { token, claimedMs } = task;
		expect(record.attempts).toEqual([
			{
				...{ token, round: 1, nodeId: "ann" },
				...{ epoch: session.epoch, claimedMs },
				startedMs: claimedMs + 1,
				endedMs: record.finishedMs,
				end: "success",
			},
		]);
		expect(await bench.sessions.running(session.name)).toEqual([]);
	});

	it.each(["failure", "timeout"] as const)(
		"a %s is kept with its error",
		async (end) => {
			const session = await bench.open();
			const { id, token } = await bench.started(session);
			const error = { code: "failed", message: "no\n“luck”", stack: "at x" };
			const told = { id, token, startedMs: 1, state: "FAILURE" } as const;
			await bench.tasks.complete([{ ...told, end, error }]);
			const record = await bench.read(id);
			expect(record).toMatchObject({ state: "FAILURE", error });
			expect(record.result).toBeUndefined();
			expect(record.attempts).toMatchObject([{ token, startedMs: 1, end }]);
		},
	);

	it("an end reported again is accepted again, and the first one stands", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		await bench.tasks.complete([success(task)]);
		const before = await bench.read(task.id);
		const { outcomes, kept } = await bench.tasks.complete([
			{ ...success(task), state: "SUCCESS", result: '"other"' },
			success(task),
		]);
		expect(outcomes).toEqual(["accepted", "accepted"]);
		expect(kept.successes.number).toBe(1);
		expect(await bench.read(task.id)).toEqual(before);
		const { states, stale } = await bench.tasks.counts();
		expect(states).toMatchObject({ STARTED: 0, SUCCESS: 1 });
		expect(stale).toBe(0);
	});

	it("a stale token cannot complete a task, and is counted", async () => {
		const session = await bench.open();
		const stale = await bench.started(session);
		const handedBack = { end: "handed-back", message: "" } as const;
		await bench.tasks.giveBack([{ ...stale, ...handedBack }]);
		const refused = {
			outcomes: ["stale_token"],
			kept: { successes: { number: 0 } },
		};
		const complete = (task: ClaimedTask) =>
			bench.tasks.complete([success(task)]);
		expect(await complete(stale)).toMatchObject(refused);
		const holder = await bench.claimOne(session);
		expect(await complete(stale)).toMatchObject(refused);
		expect(await complete({ ...stale, id: "nobody" })).toMatchObject(refused);
		expect(
			await complete({ ...holder, token: holder.token + 1 }),
		).toMatchObject(refused);
		expect((await bench.read(stale.id)).state).toBe("STARTED");
		expect((await bench.tasks.counts()).stale).toBe(4);
		expect((await complete(holder)).outcomes).toEqual(["accepted"]);
	});

	it("the token alone decides: an end is accepted even if the lease has expired", async () => {
		const ann = await bench.open("ann");
		const task = await bench.started(ann);
		await bench.lapse(ann);
		const { outcomes } = await bench.tasks.complete([success(task)]);
		expect(outcomes).toEqual(["accepted"]);
		expect((await bench.pulse(ann)).running).toBe(0);
	});

	it("outcomes come in order, and each end is judged by itself", async () => {
		const session = await bench.open();
		await bench.submit({}, {});
		const { tasks } = await bench.claim(session);
		const [one, two] = tasks.map(success);
		if (one === undefined || two === undefined) throw new Error("two tasks");
		const told = [one, { ...two, token: 1 }, two, one];
		expect(await bench.tasks.complete(told)).toMatchObject({
			outcomes: ["accepted", "stale_token", "accepted", "accepted"],
			kept: { successes: { number: 2 } },
		});
	});
}

export function givingBackRules(bench: Bench): void {
	it("a task that is handed back waits again at its old place, and keeps the attempt", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		const [later, urgent] = await bench.submit({}, { priority: 6 });
		const handedBack = { ...task, end: "handed-back", message: "" } as const;
		const outcomes = await bench.tasks.giveBack([handedBack, handedBack]);
		expect(outcomes).toEqual(["pending", "stale_token"]);
		const record = await bench.read(task.id);
		expect(record).toMatchObject({ state: "PENDING", attempt: 1, crashes: 0 });
		const [attempt] = record.attempts;
		expect(attempt).toMatchObject({ token: task.token, end: "handed-back" });
		expect(attempt?.endedMs).toBeGreaterThanOrEqual(task.claimedMs);
		expect(attempt?.startedMs).toBeUndefined();
		expect((await bench.tasks.counts()).stale).toBe(1);
		expect(await bench.sessions.running(session.name)).toEqual([]);
		const { tasks } = await bench.claim(session);
		const ids = [urgent?.id, task.id, later?.id];
		expect(tasks.map((claimed) => claimed.id)).toEqual(ids);
		expect(tasks[1]).toMatchObject({ attempt: 2 });
		expect(tasks[1]?.token).toBeGreaterThan(task.token);
	});

	it("a task that crashes its worker too often is given up", async () => {
		const session = await bench.open();
		await bench.submit({});
		const message = "The worker died.";
		let last: GiveBack | undefined;
		for (let crashes = 1; crashes <= CRASHES_MAX; crashes++) {
			const task = await bench.claimOne(session);
			expect(task.crashes).toBe(crashes - 1);
			last = { id: task.id, token: task.token, end: "crashed", message };
			expect(await bench.tasks.giveBack([last])).toEqual([
				crashes < CRASHES_MAX ? "pending" : "ended",
			]);
		}
		const record = await bench.read(last?.id ?? "");
		expect(record).toMatchObject({
			...{ state: "FAILURE", crashes: CRASHES_MAX, losses: 0 },
			error: { code: "crashed", message },
		});
		expect(record.finishedMs).toBe(record.attempts.at(-1)?.endedMs);
		expect(record.attempts.map((attempt) => attempt.end)).toEqual(
			Array.from({ length: CRASHES_MAX }, () => "crashed"),
		);
		const late = success({ ...(last as GiveBack), claimedMs: 1 });
		const reply = await bench.tasks.complete([late]);
		expect(reply).toMatchObject({
			outcomes: ["stale_token"],
			kept: { failures: { number: 1 } },
		});
	});

	it("handing back does not count towards crashes", async () => {
		const session = await bench.open();
		await bench.submit({});
		for (let times = 0; times <= CRASHES_MAX; times++) {
			const task = await bench.claimOne(session);
			const back = { ...task, end: "handed-back", message: "" } as const;
			const outcomes = await bench.tasks.giveBack([back]);
			expect(outcomes).toEqual(["pending"]);
		}
	});

	it("the newest of many attempts are kept", async () => {
		const session = await bench.open();
		await bench.submit({});
		const tokens: number[] = [];
		for (let times = 0; times < ATTEMPTS_KEPT_MAX + 3; times++) {
			const task = await bench.claimOne(session);
			tokens.push(task.token);
			const back = { ...task, end: "handed-back", message: "" } as const;
			await bench.tasks.giveBack([back]);
		}
		const task = await bench.claimOne(session);
		await bench.tasks.complete([success(task)]);
		tokens.push(task.token);
		const { attempts, attempt } = await bench.read(task.id);
		expect(attempt).toBe(ATTEMPTS_KEPT_MAX + 4);
		expect(attempts.map(({ token }) => token)).toEqual(
			tokens.slice(-ATTEMPTS_KEPT_MAX),
		);
	});
}

export function forgettingRules(bench: Bench): void {
	it("beyond the number that is kept the oldest ended tasks are discarded, and never others", async () => {
		const session = await bench.open();
		const ended = [];
		for (let i = 0; i < 5; i++) {
			// Apart in time, so that it is clear which is the oldest.
			ended.push(...(await bench.ended(session, 1)));
			const { nowMs } = await bench.sessions.nodes();
			await bench.until(
				"a millisecond has passed",
				async () => (await bench.sessions.nodes()).nowMs > nowMs,
			);
		}
		const running = await bench.started(session);
		const [waiting] = await bench.submit({});
		expect(await bench.tasks.trim(keeping(5), 0)).toBe(0);
		expect(await bench.tasks.trim(keeping(2), 0)).toBe(3);
		const ids = [...ended, running, waiting].map((task) => task?.id ?? "");
		const kept = (await bench.tasks.get(ids)).map((task) => task?.state);
		const [gone, done] = [undefined, "SUCCESS"];
		const alive = ["STARTED", "PENDING"];
		expect(kept).toEqual([gone, gone, gone, done, done, ...alive]);
		const { states, accepted } = await bench.tasks.counts();
		expect(states).toMatchObject({ SUCCESS: 2, STARTED: 1, PENDING: 1 });
		expect(accepted).toBe(7);
		expect(await bench.tasks.trim(keeping(0), 0)).toBe(2);
	});

	it("tasks that ended before a requested time are discarded, whether few are kept or many", async () => {
		const session = await bench.open();
		const [early] = await bench.ended(session, 1);
		const { nowMs } = await bench.sessions.nodes();
		await bench.until(
			"some time has passed",
			async () => (await bench.sessions.nodes()).nowMs >= nowMs + 100,
		);
		const [late] = await bench.ended(session, 1);
		const { nowMs: thenMs } = await bench.sessions.nodes();
		expect(await bench.tasks.trim(keeping(5, thenMs - nowMs), 0)).toBe(1);
		const ids = [early, late].map((task) => task?.id ?? "");
		expect(await bench.tasks.get(ids)).toMatchObject([undefined, {}]);
	});

	it("one call discards at most a batch", async () => {
		const session = await bench.open();
		await bench.ended(session, TRIM_BATCH_MAX + 2);
		expect(await bench.tasks.trim(keeping(1), 0)).toBe(TRIM_BATCH_MAX);
		// Tasks that ended together are discarded together.
		expect(await bench.tasks.trim(keeping(1), 0)).toBe(2);
		expect(await bench.tasks.trim(keeping(1), 0)).toBe(0);
	});

	it("the id of a discarded task is free, and its token is void", async () => {
		const session = await bench.open();
		const [task] = await bench.ended(session, 1);
		if (task === undefined) throw new Error("one task");
		await bench.tasks.trim(keeping(0), 0);
		const late = await bench.tasks.complete([success(task)]);
		expect(late).toMatchObject({
			outcomes: ["stale_token"],
			kept: { successes: { number: 0 } },
		});
		const again = await bench.tasks.submit([bench.task({ id: task.id })]);
		expect(again).toMatchObject([{ ok: true, created: true }]);
		expect(await bench.read(task.id)).toMatchObject({
			...{ state: "PENDING", attempt: 0, attempts: [] },
		});
	});
}
