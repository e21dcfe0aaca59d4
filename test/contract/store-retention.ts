/** Rules of how long ended tasks are kept, successes and others separately: by time, number and size. */
import { expect, it } from "vitest";
import type { Keep } from "../../protocol/keep.ts";
import { ENDED_KEPT_MS_MIN } from "../../protocol/limits.ts";
import type { NewTask } from "../../protocol/task.ts";
import { keeping } from "../keeping.ts";
import { type Bench, type Session, success } from "./store-bench.ts";

const ALL: Keep = {
	ms: 86_400_000,
	number: 1_000,
	bytes: Number.MAX_SAFE_INTEGER,
};

/** Ends tasks one after the other, each at a moment of its own. */
async function endEach(
	bench: Bench,
	session: Session,
	each: readonly Partial<NewTask>[],
): Promise<string[]> {
	const ids: string[] = [];
	for (const fields of each) {
		const task = await bench.started(session, fields);
		await bench.tasks.complete([success(task)]);
		ids.push(task.id);
		const { nowMs } = await bench.sessions.nodes();
		await bench.until(
			"a millisecond has passed",
			async () => (await bench.sessions.nodes()).nowMs > nowMs,
		);
	}
	return ids;
}

async function left(bench: Bench, ids: readonly string[]): Promise<string[]> {
	const tasks = await bench.tasks.get(ids);
	return tasks.flatMap((task) => (task === undefined ? [] : [task.id]));
}

export function retentionRules(bench: Bench): void {
	it("a flood of successes does not wash failures away, nor one of failures successes", async () => {
		const session = await bench.open();
		const [cancelled] = await bench.submit({});
		const id = cancelled?.id ?? "";
		const tasks = [{ id, round: undefined }];
		await bench.tasks.cancel({ tasks, by: "me", reason: "", force: false });
		const ids = await endEach(bench, session, [{}, {}, {}]);
		const few = { ...ALL, number: 1 };
		const none = { ...ALL, number: 0 };
		const trim = (successes: Keep, failures: Keep) =>
			bench.tasks.trim({ successes, failures }, 0);
		expect(await trim(few, few)).toBe(2);
		expect(await left(bench, [id, ...ids])).toEqual([id, ids[2]]);
		expect(await trim(few, none)).toBe(1);
		expect(await left(bench, [id, ...ids])).toEqual([ids[2]]);
	});

	it("beyond the size that is kept the oldest ended tasks are discarded", async () => {
		const session = await bench.open();
		const payload = JSON.stringify("x".repeat(10_000));
		const ids = await endEach(bench, session, [
			...[{ payload }, { payload }, {}, {}],
		]);
		const trim = (bytes: number) =>
			bench.tasks.trim({ successes: { ...ALL, bytes }, failures: ALL }, 0);
		expect(await trim(30_000)).toBe(0);
		expect(await trim(15_000)).toBe(1);
		expect(await left(bench, ids)).toEqual(ids.slice(1));
		expect(await trim(5_000)).toBe(1);
		expect(await left(bench, ids)).toEqual(ids.slice(2));
	});

	it("an end reports the number and the size of the ended tasks that are kept", async () => {
		const session = await bench.open();
		const payload = JSON.stringify("x".repeat(10_000));
		await endEach(bench, session, [{ payload }]);
		const task = await bench.started(session);
		const { kept } = await bench.tasks.complete([success(task)]);
		expect(kept.successes.number).toBe(2);
		expect(kept.successes.bytes).toBeGreaterThan(10_000);
		expect(kept.successes.bytes).toBeLessThan(11_000);
		expect(kept.failures).toEqual({ number: 0, bytes: 0 });
	});

	it("a task that ended a short time ago stays, however many there are", async () => {
		const session = await bench.open();
		const ids = await endEach(bench, session, [{}, { options: own }, {}]);
		expect(await bench.tasks.trim(keeping(0), ENDED_KEPT_MS_MIN)).toBe(0);
		expect(await left(bench, ids)).toEqual(ids);
	});

	it("of too many tasks those that say how long they are to be kept are discarded last", async () => {
		const session = await bench.open();
		const ids = await endEach(bench, session, [{ options: own }, {}, {}]);
		expect(await bench.tasks.trim(keeping(1), 0)).toBe(2);
		expect(await left(bench, ids)).toEqual([ids[0]]);
		expect(await bench.tasks.trim(keeping(0), 0)).toBe(1);
	});

	it("a task that says how long it is to be kept leaves nothing behind when it is deleted or reopened", async () => {
		const session = await bench.open();
		const ids = await endEach(bench, session, [{ options: own }, {}]);
		expect(
			await bench.tasks.remove(ids.map((id) => ({ id, round: 1 }))),
		).toEqual(["removed", "removed"]);
		const [again] = await endEach(bench, session, [
			{ id: ids[0] ?? "", options: own },
		]);
		expect(await bench.tasks.trim(keeping(1), 0)).toBe(0);
		expect(await left(bench, [again ?? ""])).toEqual([ids[0]]);
	});
}

const own = { retention: "2h" };

/** Rules that take hours: only for a store whose clock the test controls. */
export function retentionTimeRules(bench: Bench): void {
	it("each task is kept for its time: successes, other ends, and those that say how long", async () => {
		const session = await bench.open();
		const [plain, longer] = await endEach(bench, session, [
			{},
			{ options: own },
		]);
		const [cancelled] = await bench.submit({});
		const id = cancelled?.id ?? "";
		const tasks = [{ id, round: undefined }];
		await bench.tasks.cancel({ tasks, by: "me", reason: "", force: false });
		const hour = 3_600_000;
		const keeps = {
			successes: { ...ALL, ms: hour },
			failures: { ...ALL, ms: 3 * hour },
		};
		const ids = [plain ?? "", longer ?? "", id];
		expect(await bench.tasks.trim(keeps, 0)).toBe(0);
		await bench.world.advance?.(hour);
		expect(await bench.tasks.trim(keeps, 0)).toBe(1);
		expect(await left(bench, ids)).toEqual([longer, id]);
		await bench.world.advance?.(hour);
		expect(await bench.tasks.trim(keeps, 0)).toBe(1);
		expect(await left(bench, ids)).toEqual([id]);
		await bench.world.advance?.(hour);
		expect(await bench.tasks.trim(keeps, 0)).toBe(1);
	});
}
