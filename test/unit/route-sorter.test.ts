/** What a node has seen of routes, and which it reports to the store as served or not. */
import { expect, test } from "vitest";
import type { RoutesTold } from "../../node/ports.ts";
import { RouteSorter } from "../../node/work/route-sorter.ts";
import { ROUTES_SORTED_MIN } from "../../protocol/limits.ts";

const raised = { generation: 7, run: "r" };
const roster = { isServed: (route: string) => route.startsWith("served") };
const quiet: RoutesTold = {
	...{ ready: [], unserved: [], seen: 0, more: false },
	...{ again: [], lastAgain: 0, served: 0 },
};
const told = (routes: Partial<RoutesTold>, by = raised) => ({
	raised: by,
	routes: { ...quiet, ...routes },
});

test("a route that somebody serves is named with the next pulse, and may be claimed from at once", () => {
	const sorter = new RouteSorter(roster);
	expect(sorter.known).toEqual({ again: 0 });
	const unserved = ["served|t|", "misspelt|t|"];
	const routes = sorter.pulsed(told({ ready: ["a|t|"], unserved, seen: 12 }));
	expect(routes).toEqual(["a|t|", ...unserved]);
	expect(sorter.known).toEqual({
		...{ routesSeen: 12, again: 0 },
		...{ served: ["served|t|"], unserved: [] },
	});
	sorter.pulsed(told({ seen: 12 }));
	expect(sorter.known.served).toEqual([]);
});

test("the sweep goes on from where it was, and begins anew at the end", () => {
	const sorter = new RouteSorter(roster);
	const routes = sorter.pulsed(told({ again: ["a|t|"], lastAgain: 30 }));
	expect(routes).toEqual(["a|t|"]);
	expect(sorter.known.again).toBe(30);
	sorter.pulsed(told({ again: ["b|t|"], lastAgain: 0 }));
	expect(sorter.known.again).toBe(0);
});

test("if many routes are served, those that no longer are get reported as they come up", () => {
	const sorter = new RouteSorter(roster);
	const again = ["served|t|", "left|t|"];
	sorter.pulsed(told({ again, served: ROUTES_SORTED_MIN - 1 }));
	expect(sorter.known.unserved).toEqual([]);
	sorter.pulsed(told({ again, served: ROUTES_SORTED_MIN }));
	expect(sorter.known.unserved).toEqual(["left|t|"]);
});

test("a new session, and a store that may have lost writes, are asked for all of them", () => {
	const sorter = new RouteSorter(roster);
	sorter.pulsed(told({ seen: 12 }));
	sorter.opened();
	expect(sorter.known.routesSeen ?? 0).toBe(0);
	sorter.pulsed(told({ seen: 12 }));
	expect(sorter.known.routesSeen).toBe(12);
	const restored = { generation: 8, run: "s" };
	sorter.pulsed(told({ seen: 20 }, restored));
	expect(sorter.known.routesSeen).toBe(0);
	sorter.pulsed(told({ seen: 20 }, restored));
	expect(sorter.known.routesSeen).toBe(20);
});
