/** How many tasks of a type may be in a node's hands at once. */
import { expect, test } from "vitest";
import { TypeCaps } from "../../node/work/type-caps.ts";

/** Types with these caps, and tasks of these types in hand. */
function capsOf(concurrency: Record<string, number>, held: string[] = []) {
	const seen = { freed: 0 };
	const settings = new Map(Object.entries(concurrency));
	const caps = new TypeCaps(
		{
			executor: {
				settingsOf: (type) => {
					const own = settings.get(type);
					return own === undefined ? {} : { concurrency: own };
				},
			},
		},
		{
			types: () => held,
			tellFreed: () => {
				seen.freed += 1;
			},
		},
	);
	return { caps, seen, settings, held };
}

test("a type has room for as many as its handler says, fewer by those in hand and set aside", () => {
	const { caps } = capsOf({ scarce: 3 });
	expect(caps.roomOf("plenty")).toBe(Infinity);
	expect(caps.roomOf("scarce")).toBe(3);
	caps.came("scarce");
	caps.came("plenty");
	expect(caps.roomOf("scarce")).toBe(2);
	const rooms = caps.setAside(["a|scarce|", "a|plenty|", "b|scarce|"], 64);
	expect(rooms).toEqual([{ type: "scarce", tasks: 2, routes: [0, 2] }]);
	expect(caps.roomOf("scarce")).toBe(0);
	caps.giveBack(rooms);
	caps.left("scarce");
	expect(caps.roomOf("scarce")).toBe(3);
});

test("a claim sets aside no more places than it may bring tasks, and a full type has none", () => {
	const { caps } = capsOf({ scarce: 5, full: 1 });
	caps.roomOf("full");
	caps.came("full");
	expect(caps.setAside(["q|scarce|", "q|full|"], 2)).toEqual([
		{ type: "scarce", tasks: 2, routes: [0] },
		{ type: "full", tasks: 0, routes: [1] },
	]);
	expect(caps.roomOf("scarce")).toBe(3);
});

test("places for a task of each route are set aside, or none if not all fit", () => {
	const { caps } = capsOf({ scarce: 2, rare: 1 });
	const both = ["q|scarce|", "q|scarce|"];
	expect(caps.setAsideAll([...both, "q|rare|", "q|rare|"])).toBeUndefined();
	expect(caps.roomOf("scarce")).toBe(2);
	expect(caps.roomOf("rare")).toBe(1);
	const rooms = caps.setAsideAll(["q|rare|", "q|scarce|"]);
	expect(rooms?.map(({ tasks }) => tasks)).toEqual([1, 1]);
	expect(caps.roomOf("scarce")).toBe(1);
	expect(caps.roomOf("rare")).toBe(0);
	expect(caps.setAsideAll(["q|plenty|"])).toEqual([]);
});

test("when a type gets a cap as its file is loaded anew, its tasks in hand count", () => {
	const { caps, settings, held } = capsOf({});
	held.push("late", "other", "late");
	for (const type of held) caps.came(type);
	settings.set("late", 3);
	expect(caps.roomOf("late")).toBe(1);
	settings.set("late", 1);
	expect(caps.roomOf("late")).toBe(0);
	caps.left("late");
	caps.left("late");
	expect(caps.roomOf("late")).toBe(1);
	settings.delete("late");
	expect(caps.roomOf("late")).toBe(Infinity);
});

test("places that come back are announced, as other claims may want them", () => {
	const { caps, seen } = capsOf({ scarce: 2 });
	caps.giveBack(caps.setAside(["q|plenty|"], 9));
	expect(seen.freed).toBe(0);
	caps.giveBack(caps.setAside(["q|scarce|"], 9));
	expect(seen.freed).toBe(1);
});
