/** Rules of claims that may bring fewer tasks of some routes than of all. */
import { expect, it } from "vitest";
import type { ClaimRoom } from "../../node/ports.ts";
import { type Bench, ROUTE } from "./store-bench.ts";

export function claimRoomRules(bench: Bench): void {
	it("some routes together bring fewer tasks than the limit, and the rest of it goes to others", async () => {
		const session = await bench.open();
		const routes = ["a|t|", "b|t|", "c|u|", "d|v|"];
		await bench.submit(
			...[9, 8, 7].map((priority) => ({ route: "a|t|", priority })),
			...[10, 1].map((priority) => ({ route: "b|t|", priority })),
			...[6, 5, 4].map((priority) => ({ route: "c|u|", priority })),
			...[3, 2].map((priority) => ({ route: "d|v|", priority })),
		);
		const claim = async (limit: number, ...rooms: ClaimRoom[]) => {
			const { name, generation } = session;
			const lease = { session: name, generation };
			const reply = await bench.tasks.claim({ ...lease, routes, limit, rooms });
			if (!reply.ok) throw new Error(reply.code);
			const given = reply.tasks.map(({ priority }) => priority);
			return { given, waiting: reply.waiting };
		};
		const none = { tasks: 0, routes: [0, 1] };
		expect(await claim(1, none)).toEqual({
			...{ given: [6], waiting: [3, 2, 2, 2] },
		});
		expect(
			await claim(9, { tasks: 2, routes: [0, 1] }, { tasks: 1, routes: [2] }),
		).toEqual({ given: [10, 9, 5, 3, 2], waiting: [2, 1, 1, 0] });
		expect(await claim(9, none, { tasks: 0, routes: [2] })).toEqual({
			...{ given: [], waiting: [2, 1, 1, 0] },
		});
		expect((await claim(9)).given).toEqual([8, 7, 4, 1]);
	});

	it("however many tasks wait, a node that takes turns with others gets those at which it has its turns", async () => {
		const session = await bench.open();
		const routes = ["a|t|", "b|t|"];
		const { name, generation } = session;
		const request = { session: name, generation, routes, limit: 3 };
		const claim = async (...turns: number[]) => {
			const reply = await bench.tasks.claim({ ...request, turns });
			if (!reply.ok) throw new Error(reply.code);
			const given = reply.tasks.map(({ priority }) => priority);
			return { given, waiting: reply.waiting };
		};
		expect(await claim(1, 2, 3)).toEqual({ given: [], waiting: [0, 0] });
		await bench.submit(
			...[9, 7, 5].map((priority) => ({ route: "a|t|", priority })),
			...[8, 6].map((priority) => ({ route: "b|t|", priority })),
		);
		expect(await claim(6, 7)).toEqual({ given: [], waiting: [3, 2] });
		expect(await claim(1, 5, 9)).toEqual({ given: [9, 8], waiting: [2, 1] });
		expect(await claim(1, 2, 3)).toEqual({ given: [7, 6, 5], waiting: [0, 0] });
	});

	it("one route alone brings fewer tasks than the limit", async () => {
		const session = await bench.open();
		await bench.submit({}, {}, {});
		const { name, generation } = session;
		const request = { session: name, generation, routes: [ROUTE], limit: 9 };
		for (const [tasks, left] of [
			[0, 3],
			[2, 1],
		] as const) {
			const rooms = [{ tasks, routes: [0] }];
			const reply = await bench.tasks.claim({ ...request, rooms });
			expect(reply).toMatchObject({ ok: true, waiting: [left] });
			if (reply.ok) expect(reply.tasks).toHaveLength(tasks);
		}
	});
}
