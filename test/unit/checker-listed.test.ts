/** The checker: what a node runs the store lists, and no node runs a task twice at once. */
import { expect, test } from "vitest";
import type { HistoryEvent } from "../checker/history.ts";
import { breaches, soundHistory } from "./checker-history.ts";

function unlisted(fromMs: number, untilMs: number): HistoryEvent {
	return {
		...{ kind: "unlisted", id: "a", shard: 0, token: 1, node: "one" },
		...{ fromMs, untilMs },
	};
}

function impaired(
	why: "paused" | "cut-off",
	fromMs: number,
	untilMs: number,
	node = "one",
): HistoryEvent {
	return { kind: "impaired", node, why, fromMs, untilMs };
}

function away(shard: number, fromMs: number, untilMs: number): HistoryEvent {
	return { kind: "shard-away", shard, fromMs, untilMs };
}

const BROKEN =
	"what a node runs, the store lists: a ran on one (token 1) from 1000 to 9000 ms, while the store had another holder of it, or none";

test.each<[string, HistoryEvent[], string[]]>([
	["for three pulses is stopped in time", [unlisted(1_000, 4_000)], []],
	["for longer is not", [unlisted(1_000, 9_000)], [BROKEN]],
	[
		"is excused while its node is paused or cut off",
		[
			unlisted(1_000, 9_000),
			impaired("paused", 3_000, 5_000),
			impaired("cut-off", 5_000, 6_000),
		],
		[],
	],
	[
		"has three pulses anew after each time that its node was cut off, and no more",
		[unlisted(1_000, 9_000), impaired("cut-off", 900, 3_000)],
		[BROKEN],
	],
	[
		"is not excused by what befell another node",
		[unlisted(1_000, 9_000), impaired("paused", 0, 9_000, "two")],
		[BROKEN],
	],
	[
		"is not excused by what came before or after",
		[
			unlisted(1_000, 9_000),
			impaired("paused", 0, 1_000),
			impaired("paused", 9_000, 10_000),
		],
		[BROKEN],
	],
	[
		"is excused while its shard answers nobody, also right after its node was cut off",
		[
			unlisted(1_000, 9_000),
			impaired("cut-off", 900, 2_000),
			away(0, 800, 7_000),
		],
		[],
	],
	[
		"has three pulses from when its shard answers again, and no more",
		[unlisted(1_000, 9_000), away(0, 900, 4_000)],
		[BROKEN],
	],
	[
		"is not excused by another shard that answers nobody",
		[unlisted(1_000, 9_000), away(1, 900, 9_000)],
		[BROKEN],
	],
])("what the store does not list %s", (_what, more, broken) => {
	expect(breaches([...soundHistory(), ...more])).toEqual(broken);
});

function runs(secondNode: string, stopMs: number | undefined): HistoryEvent[] {
	const run = { id: "a", token: 1, node: "one" };
	return [
		{ kind: "start", atMs: 10, ...run },
		{ kind: "start", atMs: 20, id: "a", token: 2, node: secondNode },
		...(stopMs === undefined
			? []
			: [{ kind: "stop", atMs: stopMs, ...run } as const]),
	];
}

test.each<[string, HistoryEvent[], string[]]>([
	[
		"beside an older one is told",
		runs("one", 50),
		[
			"no node runs a task twice at once: a was started by one at 20 ms (token 2), which ran it already (token 1) until 50 ms",
		],
	],
	["right after an older one is sound", runs("one", 20), []],
	["on another node is not its matter", runs("two", 50), []],
	[
		"after one whose end nobody wrote down is not judged",
		runs("one", undefined),
		[],
	],
])("a second run on one node %s", (_what, events, broken) => {
	const told = breaches([
		...events,
		impaired("paused", 0, 100),
		{ kind: "lost-writes", atMs: 15 },
	]);
	expect(told.filter((each) => each.startsWith("no node runs"))).toEqual(
		broken,
	);
});
