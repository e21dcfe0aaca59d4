/** Rules of what a shard tells about tasks that have waited for a long time. */
import { expect, it } from "vitest";
import { LEFT_OVER_ROUTES_MAX } from "../../protocol/limits.ts";
import type { Bench } from "./store-bench.ts";

export function leftOverRules(bench: Bench): void {
	it("a shard tells how many tasks of a route have waited for long, whatever their priorities", async () => {
		const session = await bench.open();
		const at = ["a|t|", "b|t|", "none|t|"];
		const leftOver = (forMs: number) => bench.tasks.leftOver(at, forMs);
		await bench.submit(
			...[{ route: "a|t|", priority: 9 }, { route: "a|t|" }, { route: "b|t|" }],
		);
		await bench.until("they have waited", async () => {
			const counts = await leftOver(5);
			return counts.join() === "2,1,0";
		});
		const [late] = await bench.submit({ route: "a|t|", priority: 9 });
		expect(await leftOver(3_600_000)).toEqual([0, 0, 0]);
		await bench.until("the last has, too", async () => {
			const [own] = await leftOver(0);
			return own === 3;
		});
		await bench.claim(session, 2, ["a|t|"]);
		expect(late?.route).toBe("a|t|");
		expect(await leftOver(0)).toEqual([1, 1, 0]);
	});

	it.each([0, LEFT_OVER_ROUTES_MAX + 1])(
		"one question may not be about %i routes",
		async (count) => {
			const routes = Array.from({ length: count }, (_, i) => `r${i}|t|`);
			await expect(bench.tasks.leftOver(routes, 0)).rejects.toThrow();
		},
	);
}
