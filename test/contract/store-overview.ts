/** Rules of what a shard tells of its work at large: where a task stands, how its queues are, why tasks failed. */
import { expect, it } from "vitest";
import type { NewTask } from "../../protocol/task.ts";
import type { Bench } from "./store-bench.ts";

export function standingRules(bench: Bench): void {
	it("a waiting task is told how many go before it on its route, others are not", async () => {
		const session = await bench.open();
		const [low, high, other, late] = (await bench.submit(
			...[{ priority: 1 }, { priority: 9 }, { route: "r|t|" }, {}],
		)) as [NewTask, NewTask, NewTask, NewTask];
		const ahead = () =>
			Promise.all(
				[high, late, low, other].map(({ route, id }) =>
					bench.tasks.ahead(route, id),
				),
			);
		expect(await ahead()).toEqual([0, 1, 2, 0]);
		expect(await bench.tasks.ahead("nowhere|t|", low.id)).toBeUndefined();
		await bench.claim(session, 1);
		expect(await ahead()).toEqual([undefined, 0, 1, 0]);
	});
}
