/** Rules of the counts, by route, of tasks that run or are not due yet. */
import { expect, it } from "vitest";
import { QUEUES_STEP_MAX } from "../../protocol/limits.ts";
import { readOptions } from "../../protocol/task-options.ts";
import { type Bench, ROUTE, success } from "./store-bench.ts";

export function busyRules(bench: Bench): void {
	const queues = async () =>
		(await bench.tasks.queues({ above: -1, limit: QUEUES_STEP_MAX })).queues;

	it("tasks that run or are not due yet are counted by route, also on routes on which none waits", async () => {
		const session = await bench.open();
		expect(await bench.tasks.busy()).toEqual([]);
		const options = readOptions('{"delay":3600000}');
		const [later] = await bench.submit({ route: "b|t|", options });
		await bench.submit({ route: "b|t|" }, { route: "a|t|" }, {});
		const { tasks } = await bench.claim(session, 2, ["a|t|", "b|t|"]);
		const busy = async () =>
			(await bench.tasks.busy()).map(({ route, started, scheduled }) => [
				...[route, started, scheduled],
			]);
		expect(await busy()).toEqual([
			["a|t|", 1, 0],
			["b|t|", 1, 1],
		]);
		await bench.submit({ route: "b|t|" });
		expect(await busy()).toEqual([["a|t|", 1, 0]]);
		const [plain, b] = await queues();
		expect(plain).toMatchObject({ route: ROUTE, started: 0, scheduled: 0 });
		expect(b).toMatchObject({ count: 1, started: 1, scheduled: 1 });
		await bench.tasks.complete(tasks.map(success));
		await bench.tasks.cancel({
			...{ by: "ann", reason: "", force: false },
			tasks: [{ id: later?.id ?? "", round: undefined }],
		});
		expect(await busy()).toEqual([]);
		expect((await queues())[1]).toMatchObject({ started: 0, scheduled: 0 });
	});
}
