/** Which routes a node tells the store to be served, and which not. */
import { expect, test } from "vitest";
import { RouteSorter } from "../../node/route-sorter.ts";
import { ROUTES_SORTED_MIN } from "../../protocol/limits.ts";

const raised = { generation: 7, run: "r" };
const roster = { isServed: (route: string) => route.startsWith("served") };
const quiet = { raised, ready: [], unserved: [], unservedSeen: 0 };

test("what somebody serves is told with the next pulse, and may be claimed from at once", () => {
	const sorter = new RouteSorter(roster);
	expect(sorter.known).toEqual({});
	const unserved = ["served|t|", "misspelt|t|"];
	const routes = sorter.pulsed({
		...{ raised, ready: ["a|t|"], unserved, unservedSeen: 12 },
	});
	expect(routes).toEqual(["a|t|", ...unserved]);
	expect(sorter.known).toEqual({
		unservedSeen: 12,
		served: ["served|t|"],
		unserved: [],
	});
	sorter.pulsed({ ...quiet, unservedSeen: 12 });
	expect(sorter.known.served).toEqual([]);
});

test("where many routes are served it is told which of them are no more", () => {
	const sorter = new RouteSorter(roster);
	const served = Array.from(
		{ length: ROUTES_SORTED_MIN - 1 },
		(_, i) => `served${i}|t|`,
	);
	sorter.pulsed({ ...quiet, ready: served.slice(1).concat("left|t|") });
	expect(sorter.known.unserved).toEqual([]);
	sorter.pulsed({ ...quiet, ready: [...served, "left|t|"] });
	expect(sorter.known.unserved).toEqual(["left|t|"]);
});

test("a new session, and a store that may have lost writes, are asked for all of them", () => {
	const sorter = new RouteSorter(roster);
	sorter.pulsed({ ...quiet, unservedSeen: 12 });
	sorter.opened();
	expect(sorter.known.unservedSeen ?? 0).toBe(0);
	sorter.pulsed({ ...quiet, unservedSeen: 12 });
	expect(sorter.known.unservedSeen).toBe(12);
	const restored = { generation: 8, run: "s" };
	sorter.pulsed({ ...quiet, raised: restored, unservedSeen: 20 });
	expect(sorter.known.unservedSeen).toBe(0);
	sorter.pulsed({ ...quiet, raised: restored, unservedSeen: 20 });
	expect(sorter.known.unservedSeen).toBe(20);
});
