/** Rules of what is told of a task that already has the id of a submitted one. */
import { expect, it } from "vitest";
import type { KnownTask } from "../../node/ports.ts";
import { LEFT_OUT, type NewTask } from "../../protocol/task.ts";
import type { Bench } from "./store-bench.ts";

/** What the shard tells of the task that has this one's id. */
export async function knownAs(bench: Bench, task: NewTask): Promise<KnownTask> {
	const [known] = await bench.tasks.known([task]);
	if (known === undefined) throw new Error(`there is no task ${task.id}`);
	return known;
}

export function knownRules(bench: Bench): void {
	it("a task is told with its contents and its state; an unknown one is not told", async () => {
		const started = await bench.started(await bench.open());
		const [waiting] = await bench.submit({});
		const [running] = (await bench.read(started.id)).attempts;
		const { id, route, options, priority, payload } = started;
		expect(
			await bench.tasks.known([bench.task(), started, waiting as NewTask]),
		).toEqual([
			undefined,
			{
				...{ id, route, options, priority, payload },
				...{ state: "STARTED", attempt: 1, running },
			},
			{ ...waiting, state: "PENDING", attempt: 0 },
		]);
	});

	it("a submission is told no more of a task with its id than it takes to compare them, however large that task is", async () => {
		const payload = JSON.stringify("é".repeat(10_000));
		const task = await bench.started(await bench.open(), { payload });
		const { id, token, claimedMs } = task;
		const result = JSON.stringify("r".repeat(10_000));
		await bench.tasks.complete([
			{ id, token, startedMs: claimedMs, state: "SUCCESS", result },
		]);
		const asLong = JSON.stringify("è".repeat(10_000));
		const sent = [
			task,
			{ ...task, payload: asLong },
			{ ...task, payload: "1" },
		];
		const told = await bench.tasks.submit(sent);
		expect(told).toMatchObject([
			{ created: false, existing: { state: "SUCCESS", payload } },
			{ created: false, existing: { state: "SUCCESS", payload } },
			{ created: false, existing: { state: "SUCCESS", payload: LEFT_OUT } },
		]);
		expect(JSON.stringify(told)).not.toContain("rrr");
		expect(await bench.tasks.known(sent)).toEqual(
			told.map((each) => each.ok && !each.created && each.existing),
		);
	});
}
