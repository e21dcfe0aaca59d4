/** Rules of tasks that their holder puts off: to be tried again after a failure, or as they asked. */
import { expect, it } from "vitest";
import type { PutOff } from "../../node/ports.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import { type Bench, ROUTE, success } from "./store-bench.ts";

const MANY = 200;
const ERROR = { code: "card_declined", message: "no\nluck alone" };

function failed({ id, token }: ClaimedTask, afterMs: number): PutOff {
	const end = "failure";
	return { id, token, end, error: ERROR, startedMs: 7, afterMs };
}

function snoozed({ id, token }: ClaimedTask, afterMs: number): PutOff {
	const end = "snoozed";
	return { id, token, end, error: undefined, startedMs: 7, afterMs };
}

export function retryRules(bench: Bench): void {
	it("a task that failed is SCHEDULED until it is tried again, and keeps the error of its attempt", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		const [outcome] = await bench.tasks.giveBack([failed(task, 3_600_000)]);
		const record = await bench.read(task.id);
		const [first] = record.attempts;
		const dueMs = (first?.endedMs ?? 0) + 3_600_000;
		expect(outcome).toEqual({ dueMs });
		expect(record).toMatchObject({
			...{ state: "SCHEDULED", attempt: 1, failures: 1, crashes: 0, dueMs },
			attempts: [{ end: "failure", error: ERROR, startedMs: 7 }],
		});
		expect((await bench.pulse(session)).nextTimeMs).toBe(dueMs);
		expect((await bench.tasks.counts()).states).toMatchObject({
			...{ SCHEDULED: 1, STARTED: 0, PENDING: 0 },
		});
	});

	it("a failed task is given out once more when it is due, with its history", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		await bench.tasks.giveBack([failed(task, 0)]);
		await promoted(bench);
		const again = await bench.claimOne(session);
		expect(again).toMatchObject({ id: task.id, attempt: 2, failures: 1 });
		await bench.tasks.complete([success(again)]);
		expect(await bench.read(task.id)).toMatchObject({
			...{ state: "SUCCESS", attempt: 2, failures: 1 },
			attempts: [{ end: "failure", error: ERROR }, { end: "success" }],
		});
	});

	it("a failed task waits behind those that came meanwhile, so that one that fails again and again is not always first", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		const [other] = await bench.submit({});
		await bench.tasks.giveBack([failed(task, 0)]);
		await promoted(bench);
		const { tasks } = await bench.claim(session);
		expect(tasks.map(({ id }) => id)).toEqual([other?.id, task.id]);
	});

	it("a snooze counts as no failure, and keeps no error", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		await bench.tasks.giveBack([snoozed(task, 3_600_000)]);
		const record = await bench.read(task.id);
		expect(record).toMatchObject({
			...{ state: "SCHEDULED", failures: 0 },
			attempts: [{ end: "snoozed", startedMs: 7 }],
		});
		expect(record.attempts[0]?.error).toBeUndefined();
	});

	it("putting a task off is fenced by its token, and done once", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		const stale = { ...failed(task, 0), token: task.token + 1 };
		expect(await bench.tasks.giveBack([stale])).toEqual(["stale_token"]);
		const back = failed(task, 3_600_000);
		expect(await bench.tasks.giveBack([back, back])).toMatchObject([
			{ dueMs: expect.any(Number) },
			"stale_token",
		]);
		expect((await bench.read(task.id)).failures).toBe(1);
	});

	it("a retry that would be due after the expiry ends the task with its error at once", async () => {
		const session = await bench.open();
		const options = { expiresIn: "1h" };
		const task = await bench.started(session, { options });
		expect(await bench.tasks.giveBack([failed(task, 3_600_001)])).toEqual([
			"ended",
		]);
		expect(await bench.read(task.id)).toMatchObject({
			...{ state: "FAILURE", failures: 0, error: ERROR },
			attempts: [{ end: "failure", startedMs: 7 }],
		});
	});

	it("an expiry applies to the start of a retry", async () => {
		const session = await bench.open();
		const options = { expiresIn: "1h" };
		const task = await bench.started(session, { options });
		expect((await bench.pulse(session)).nextTimeMs).toBeUndefined();
		await bench.tasks.giveBack([failed(task, 60_000)]);
		const places = await bench.world.places(bench.index);
		expect(places.expiring).toEqual([task.id]);
	});

	it("a crash or a lost node uses up no retry", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		const { id, token } = task;
		await bench.tasks.giveBack([{ id, token, end: "crashed", message: "" }]);
		const again = await bench.claimOne(session);
		await bench.tasks.giveBack([failed(again, 0)]);
		expect(await bench.read(id)).toMatchObject({ crashes: 1, failures: 1 });
	});

	it("a lost node is distinguished from an error with the same text", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		await bench.tasks.giveBack([failed(task, 0)]);
		await promoted(bench);
		await bench.claimOne(session);
		await bench.sessions.revoke({
			...{ session: session.name, grounds: { when: "now" }, limit: 1 },
		});
		const { state, attempts } = await bench.read(task.id);
		expect([state, attempts.map(({ alone }) => alone)]).toEqual([
			"PENDING",
			[undefined, undefined],
		]);
	});
}

/** Makes tasks that are due wait. */
async function promoted(bench: Bench): Promise<void> {
	let waiting = 0;
	await bench.until("it is due", async () => {
		const { promoted } = await bench.tasks.elapse(MANY);
		waiting += promoted.find(({ route }) => route === ROUTE)?.count ?? 0;
		return waiting > 0;
	});
}
