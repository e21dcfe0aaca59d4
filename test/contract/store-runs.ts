/** Rules of runs: tasks that are submitted again under an id that is taken, each a task of its own. */
import { expect, it } from "vitest";
import { READ_TASKS_MAX, ROUTES_MAX } from "../../protocol/limits.ts";
import type { NewTask } from "../../protocol/task.ts";
import { keeping } from "../keeping.ts";
import { type Bench, success } from "./store-bench.ts";

export function runRules(bench: Bench): void {
	const again = (id: string, more: Partial<NewTask> = {}) =>
		bench.task({ ...more, id, again: true });
	/** The ids that the tasks were given. */
	const submit = async (...tasks: NewTask[]) => {
		const outcomes = await bench.tasks.submit(tasks);
		return outcomes.map((outcome, i) => {
			if (!outcome.ok || !outcome.created)
				throw new Error(`not taken: ${JSON.stringify(outcome)}`);
			return outcome.id ?? tasks[i]?.id;
		});
	};
	const newest = async (id: string) => (await bench.tasks.newest(id))?.id;

	it("a task gets a free id as it is, and for a taken one its next number, also within one batch", async () => {
		const { id } = bench.task();
		expect(await newest(id)).toBeUndefined();
		expect(await submit(again(id), again(id))).toEqual([id, `${id}~2`]);
		expect(await submit(again(id, { payload: '"other"' }))).toEqual([
			`${id}~3`,
		]);
		expect(await bench.read(`${id}~3`)).toMatchObject({
			...{ id: `${id}~3`, state: "PENDING", payload: '"other"' },
		});
		expect((await bench.tasks.counts()).states.PENDING).toBe(3);
		expect(await newest(id)).toBe(`${id}~3`);
		expect(await newest(`${id}~2`)).toBe(`${id}~2`);
	});

	it("each run waits, runs and ends by itself", async () => {
		const session = await bench.open();
		const { id } = bench.task();
		await submit(again(id), again(id, { priority: 9 }), again(id));
		const { tasks } = await bench.claim(session);
		const ids = [`${id}~2`, id, `${id}~3`];
		expect(tasks.map((task) => task.id)).toEqual(ids);
		await bench.tasks.complete(tasks.map(success));
		expect(await bench.tasks.over(ids)).toEqual(ids);
	});

	it("runs that are submitted with a lease are its session's under the ids that they were given", async () => {
		const session = await bench.open();
		const { name, generation } = session;
		const { id } = bench.task();
		const outcomes = await bench.tasks.submit(
			[again(id), again(id), bench.task({ id: `${id}~2` })],
			{ session: name, generation },
		);
		expect(outcomes).toMatchObject([
			{ created: true, claimed: { id, attempt: 1 } },
			{ created: true, id: `${id}~2`, claimed: { id: `${id}~2` } },
			{ created: false, existing: { id: `${id}~2`, state: "STARTED" } },
		]);
		for (const outcome of outcomes)
			expect(outcome).not.toHaveProperty("claimed.again");
		const running = await bench.sessions.running(name);
		expect(running.map((each) => each.id)).toEqual([id, `${id}~2`]);
	});

	it("a run may be due later, and expire", async () => {
		const { id } = bench.task();
		const options = { delay: "1h", expiresIn: "1h" };
		await submit(again(id));
		expect(await bench.tasks.submit([again(id, { options })])).toMatchObject([
			{ created: true, id: `${id}~2`, scheduled: true },
		]);
		expect(await bench.read(`${id}~2`)).toMatchObject({ state: "SCHEDULED" });
		expect((await bench.world.places(bench.index)).expiring).toEqual([
			`${id}~2`,
		]);
	});

	it("the id stays with the task that has it, for everybody else", async () => {
		const task = bench.task();
		await submit(again(task.id), again(task.id));
		expect(await bench.tasks.submit([task])).toMatchObject([
			{ created: false, existing: { id: task.id } },
		]);
		expect(await submit(again(task.id))).toEqual([`${task.id}~3`]);
	});

	it("numbers that other tasks have taken are passed over, by ever longer steps", async () => {
		const { id } = bench.task();
		const taken = [2, 3, 5].map((n) => bench.task({ id: `${id}~${n}` }));
		await submit(again(id), ...taken);
		expect(await submit(again(id), again(id))).toEqual([`${id}~9`, `${id}~10`]);
		expect(await newest(id)).toBe(`${id}~10`);
	});

	it("a run may have runs of its own", async () => {
		const session = await bench.open();
		const { id } = bench.task();
		await submit(again(id), again(id));
		expect(await submit(again(`${id}~2`))).toEqual([`${id}~2~2`]);
		expect([await newest(id), await newest(`${id}~2`)]).toEqual([
			...[`${id}~2`, `${id}~2~2`],
		]);
		await endAll(session);
		await bench.tasks.trim(keeping(0), 0);
		expect(await runs()).toEqual([]);
	});

	it("the last number is remembered as long as any run is kept, and no longer", async () => {
		const session = await bench.open();
		const { id } = bench.task();
		await submit(again(id), again(id), again(id, { priority: 9 }));
		const { tasks } = await bench.claim(session);
		// The newest ends and is discarded first, then the one that has the id itself.
		for (const run of [`${id}~3`, id]) {
			await bench.tasks.complete(
				tasks.filter((task) => task.id === run).map(success),
			);
			expect(await bench.tasks.trim(keeping(0), 0)).toBe(1);
			expect(await newest(id)).toBe(`${id}~2`);
		}
		expect(await submit(again(id))).toEqual([`${id}~4`]);
		expect(await newest(id)).toBe(`${id}~4`);
		await bench.tasks.complete(
			tasks.filter((task) => task.id === `${id}~2`).map(success),
		);
		await endAll(session);
		await bench.tasks.trim(keeping(0), 0);
		expect(await newest(id)).toBeUndefined();
		expect(await runs()).toEqual([]);
		expect(await submit(again(id), again(id))).toEqual([id, `${id}~2`]);
	});

	it("a task that has since got the id in another way is the newest, and is no run of it", async () => {
		const session = await bench.open();
		const task = bench.task();
		await submit(again(task.id, { priority: 9 }), again(task.id));
		await bench.tasks.complete([success(await claimFirst(session))]);
		await bench.tasks.trim(keeping(0), 0);
		await bench.submit({ id: task.id });
		expect(await newest(task.id)).toBe(task.id);
		expect(await runs()).toEqual([`${task.id}~2`]);
		await endAll(session);
		await bench.tasks.trim(keeping(0), 0);
		expect(await runs()).toEqual([]);
	});

	it("of very many discarded runs only a limited number is looked at", async () => {
		const session = await bench.open();
		const { id } = bench.task();
		await submit(again(id), again(id));
		const late = Array.from({ length: READ_TASKS_MAX }, () =>
			again(id, { priority: 9 }),
		);
		await submit(...late.slice(1));
		const { tasks } = await bench.claim(session, READ_TASKS_MAX - 1);
		await bench.tasks.complete(tasks.map(success));
		await bench.tasks.trim(keeping(0), 0);
		expect(await newest(id)).toBe(`${id}~2`);
		await submit(again(id, { priority: 9 }));
		await bench.tasks.complete([success(await claimFirst(session))]);
		await bench.tasks.trim(keeping(0), 0);
		expect(await newest(id)).toBe(id);
	});

	const claimFirst = async (session: Parameters<Bench["claim"]>[0]) => {
		const { tasks } = await bench.claim(session, 1);
		const [task] = tasks;
		if (task === undefined) throw new Error("nothing waits");
		return task;
	};
	const endAll = async (session: Parameters<Bench["claim"]>[0]) => {
		const { tasks } = await bench.claim(session);
		await bench.tasks.complete(tasks.map(success));
	};
	/** All tasks that are kept as runs. */
	const runs = async () => {
		const places = await bench.world.places(bench.index);
		return [...places.runs.values()].flatMap(({ kept }) => kept);
	};
}

/** How many routes may have work. */
export function runRoomRules(bench: Bench): void {
	it("a run for which there is no room uses up no number", async () => {
		const { id } = bench.task();
		await bench.tasks.submit([bench.task({ id })]);
		// One route has work already.
		const routes = Array.from({ length: ROUTES_MAX - 1 }, (_, i) => `q${i}|t|`);
		await bench.submit(...routes.map((route) => ({ route })));
		const refused = bench.task({ id, again: true, route: "beyond|t|" });
		expect(await bench.tasks.submit([refused])).toMatchObject([{ ok: false }]);
		const [outcome] = await bench.tasks.submit([
			bench.task({ id, again: true }),
		]);
		expect(outcome).toMatchObject({ created: true, id: `${id}~2` });
	});
}
