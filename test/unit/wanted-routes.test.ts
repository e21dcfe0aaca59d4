/** Routes of which a node is to take a number of tasks and no more. */
import { expect, test } from "vitest";
import { WantedRoutes } from "../../node/work/wanted-routes.ts";
import { CLAIM_ROUTES_MAX, RUMOURS_MAX } from "../../protocol/limits.ts";

const of = (route: string, tasks: number) =>
	Array.from({ length: tasks }, () => ({ route }));

test("tasks wanted of a route add up, and are asked for once", () => {
	const wanted = new WantedRoutes();
	wanted.add("a", 2, undefined);
	wanted.add("b", 1, "bob");
	wanted.add("a", 3, "ann");
	expect([wanted.tasks, wanted.size, wanted.has("a")]).toEqual([6, 2, true]);
	expect([...wanted.take()]).toEqual([
		["a", { tasks: 5, from: undefined }],
		["b", { tasks: 1, from: "bob" }],
	]);
	expect([wanted.tasks, wanted.size]).toEqual([0, 0]);
});

test("tasks without a slot are still wanted; tasks that were not there are not", () => {
	const wanted = new WantedRoutes();
	wanted.add("a", 5, "ann");
	wanted.add("b", 1, undefined);
	wanted.answered(wanted.take(), 3, [...of("a", 2), ...of("b", 1)]);
	expect(wanted.tasks).toBe(3);
	wanted.answered(wanted.take(), 3, of("a", 2));
	expect(wanted.tasks).toBe(0);
});

test("the number of one sender's words is bounded", () => {
	const wanted = new WantedRoutes();
	for (let i = 0; i < RUMOURS_MAX; i += 1)
		expect(wanted.add(`r${i}`, 1, "ann")).toBe(true);
	expect(wanted.add("more", 1, "ann")).toBe(false);
	expect(wanted.add("more", 1, "bob")).toBe(true);
	expect(wanted.add("own", 1, undefined)).toBe(true);
	expect(wanted.take().size).toBe(CLAIM_ROUTES_MAX);
	expect(wanted.add("again", 1, "ann")).toBe(true);
	wanted.drop("again");
	while (wanted.size > 0) wanted.take();
	for (let i = 0; i < RUMOURS_MAX; i += 1)
		expect(wanted.add(`s${i}`, 1, "ann")).toBe(true);
});
