/** Rules of options: they stay as they were, whatever becomes of their task. */
import { expect, it } from "vitest";
import { PLAIN } from "../../protocol/task-options.ts";
import { type Bench, SOME_OPTIONS } from "./store-bench.ts";

export function optionRules(bench: Bench): void {
	it("options come back as they were, and stay as they are when the task is put back", async () => {
		const session = await bench.open();
		const options = SOME_OPTIONS;
		const task = await bench.started(session, { options });
		expect(task.options).toEqual(options);
		await bench.tasks.giveBack([
			{ id: task.id, token: task.token, end: "crashed", message: "" },
		]);
		const plain = bench.task();
		expect(await bench.tasks.submit([task, plain])).toMatchObject([
			{ created: false, existing: { options, attempt: 1 } },
			{ created: true },
		]);
		expect(await bench.read(task.id)).toMatchObject({
			...{ options, round: 1, crashes: 1 },
		});
		const { tasks } = await bench.claim(session);
		expect(tasks.map((each) => each.options)).toEqual([options, PLAIN]);
		expect(tasks.map(({ payload }) => payload)).toEqual(
			[task, plain].map(({ payload }) => payload),
		);
	});
}
