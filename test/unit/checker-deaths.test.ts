/** Deaths that a page shows: which of them are not borne out by the leases that the store has taken. */
import { expect, test } from "vitest";
import {
	APART_MS_MAX,
	flawsOfDeaths,
	type ShownDeath,
	type TakenLease,
} from "../checker/shown-deaths.ts";

const FIRST_MS = 100_000;
/** The second death, so soon that a session which was lost between the two may be of either. */
const SECOND_MS = FIRST_MS + 5_000;
const FIRST: ShownDeath = {
	...{ shard: 0, epoch: 10, atMs: FIRST_MS, by: "bob", tasks: 3 },
};
const SECOND: ShownDeath = {
	...{ shard: 0, epoch: 20, atMs: SECOND_MS, by: "cid", tasks: 1 },
};

function taken(epoch: number, atMs: number, tasks: number, by = "bob") {
	return { epoch, atMs, tasks, by } satisfies TakenLease;
}

/** The leases of two shards, in which the node ran one task and two when it died. */
const ONCE = [[taken(10, FIRST_MS, 1)], [taken(11, FIRST_MS + 900, 2, "dan")]];
const TWICE = [
	[taken(20, SECOND_MS, 1, "cid"), taken(10, FIRST_MS, 1)],
	[taken(21, SECOND_MS + 100, 0, "cid"), taken(11, FIRST_MS + 3_000, 2)],
];

function isSound(
	shown: readonly ShownDeath[],
	leases: readonly (readonly TakenLease[])[],
	sinceMs = 0,
): boolean {
	return flawsOfDeaths(shown, leases, sinceMs).length === 0;
}

test("a death has the tasks of the node's sessions in all shards, and who took the first shard's", () => {
	expect(isSound([FIRST], ONCE)).toBe(true);
	const later = { ...FIRST, shard: 1, epoch: 11, atMs: FIRST_MS + 900 };
	expect(isSound([later], ONCE)).toBe(true);
	expect(flawsOfDeaths([{ ...FIRST, tasks: 2 }], ONCE, 0)).toEqual([
		"died as 10 of shard 0 at 100000 with 2 tasks, not 3; the store took 10 of shard 0 at 100000 with 1 tasks by bob, 11 of shard 1 at 100900 with 2 tasks by dan",
	]);
});

test.each<[string, ShownDeath]>([
	["too many tasks", { ...FIRST, tasks: 4 }],
	["a taker of another shard's lease", { ...FIRST, by: "dan" }],
	["a session that was not lost", { ...FIRST, epoch: 12 }],
	["a session of another shard", { ...FIRST, shard: 1 }],
	["another time", { ...FIRST, atMs: FIRST_MS + 1 }],
])("no death is right with %s", (_what, death) => {
	expect(isSound([death], ONCE)).toBe(false);
});

test("a death of which the store took no lease is wrong", () => {
	expect(isSound([{ ...FIRST, tasks: 0 }], [[], []])).toBe(false);
	const longAfter = FIRST_MS + APART_MS_MAX;
	expect(isSound([FIRST], [[taken(10, longAfter, 3)], []])).toBe(false);
});

test("a session belongs to the nearer of two deaths within seconds, and makes room for one that is nearer still", () => {
	expect(isSound([FIRST, SECOND], TWICE)).toBe(true);
	const [first, [, late] = []] = TWICE;
	const alone = [first ?? [], late ? [late] : []];
	expect(
		isSound(
			[
				{ ...FIRST, tasks: 1 },
				{ ...SECOND, tasks: 3 },
			],
			alone,
		),
	).toBe(true);
	expect(isSound([FIRST, SECOND], alone)).toBe(false);
});

test.each<[string, ShownDeath, ShownDeath]>([
	["swap their tasks", { ...FIRST, tasks: 1 }, { ...SECOND, tasks: 3 }],
	["lose a task", FIRST, { ...SECOND, tasks: 0 }],
	["count one twice", FIRST, { ...SECOND, tasks: 2 }],
	["swap their takers", { ...FIRST, by: "cid" }, { ...SECOND, by: "bob" }],
])("two deaths within seconds must not %s", (_what, first, second) => {
	expect(isSound([first, second], TWICE)).toBe(false);
});

test("of two deaths in one millisecond the sessions go in the order of their numbers", () => {
	const first = { ...FIRST, shard: 1, epoch: 11, tasks: 1 };
	const second = { ...FIRST, shard: 1, epoch: 12, tasks: 2 };
	const lost = [
		[taken(21, FIRST_MS + 5, 2), taken(20, FIRST_MS + 5, 1)],
		[taken(12, FIRST_MS, 0), taken(11, FIRST_MS, 0)],
	];
	expect(isSound([first, second], lost)).toBe(true);
	expect(isSound([second, first], lost)).toBe(true);
	const swapped = [
		{ ...first, tasks: 2 },
		{ ...second, tasks: 1 },
	];
	expect(isSound(swapped, lost)).toBe(false);
	expect(isSound([second], lost)).toBe(false);
});

test("a session that no death has room for is reported as not shown", () => {
	expect(flawsOfDeaths([FIRST], TWICE, 0).join()).toContain(
		"is not shown to have lost 20 of shard 0",
	);
});

test("if a death is known in part its tasks may differ, and its taker may not", () => {
	const partial = { ...FIRST, tasks: 1, isPartial: true };
	expect(isSound([partial], ONCE)).toBe(true);
	expect(isSound([{ ...partial, by: "dan" }], ONCE)).toBe(false);
});

test("whatever hangs together with something from before everything was told is not judged", () => {
	const wrong = { ...SECOND, by: "bob" };
	expect(isSound([FIRST, wrong], TWICE, FIRST_MS)).toBe(false);
	expect(isSound([FIRST, wrong], TWICE, FIRST_MS + 1)).toBe(true);
	expect(isSound([wrong], TWICE, FIRST_MS + 1)).toBe(true);
});
