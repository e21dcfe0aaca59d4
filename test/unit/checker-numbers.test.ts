/** The checker: a cluster has one number of shards, and the store counts what is there. */
import { expect, test } from "vitest";
import type { HistoryEvent } from "../checker/history.ts";
import { breaches, soundHistory } from "./checker-history.ts";

const PROMISE = "a cluster has one number of shards";

function beside(fromMs: number, untilMs: number): HistoryEvent {
	return { kind: "two-numbers", nodes: ["one", "two"], fromMs, untilMs };
}

function outnumbered(atMs: number): HistoryEvent {
	const rivals = ["two"];
	return { kind: "outnumbered", atMs, node: "one", own: 4, shards: 2, rivals };
}

function lostWrites(atMs: number): HistoryEvent {
	return { kind: "lost-writes", atMs };
}

function impaired(
	node: string,
	fromMs: number,
	untilMs: number,
	why: "paused" | "cut-off" = "paused",
): HistoryEvent {
	return { kind: "impaired", node, why, fromMs, untilMs };
}

function shardAway(
	shard: number,
	fromMs: number,
	untilMs: number,
): HistoryEvent {
	return { kind: "shard-away", shard, fromMs, untilMs };
}

const BESIDE = `${PROMISE}: one and two were at work with different numbers of shards from 1000 to 9000 ms`;
const TOLD = `${PROMISE}: one reached the store, and was told at 9000 ms that its cluster has 2 shards, not 4`;

test.each<[string, HistoryEvent[], string[]]>([
	["for three pulses is found out in time", [beside(1_000, 4_000)], []],
	["for longer is not", [beside(1_000, 9_000)], [BESIDE]],
	[
		"is excused while either cannot ask the store",
		[
			beside(1_000, 9_000),
			impaired("one", 900, 5_000),
			impaired("two", 5_000, 6_000),
		],
		[],
	],
	[
		"is excused while shard 0 answers nobody",
		[beside(1_000, 9_000), shardAway(0, 900, 6_000)],
		[],
	],
	[
		"is excused while a store that takes no writes tells nobody",
		[
			beside(1_000, 9_000),
			{ kind: "writes-refused", fromMs: 900, untilMs: 6_000 },
		],
		[],
	],
	[
		"is not excused by another shard",
		[beside(1_000, 9_000), shardAway(1, 900, 6_000)],
		[BESIDE],
	],
	[
		"is not excused by what befell a third",
		[beside(1_000, 9_000), impaired("three", 900, 9_000)],
		[BESIDE],
	],
])("work with two numbers %s", (_what, more, broken) => {
	expect(breaches([...soundHistory(), ...more])).toEqual(broken);
});

test.each<[string, HistoryEvent[], string[]]>([
	["has reached the store all along is wrong", [outnumbered(9_000)], [TOLD]],
	[
		"could not put its own back may be right",
		[outnumbered(9_000), impaired("one", 2_000, 6_000, "cut-off")],
		[],
	],
	[
		"could not put it back before shard 0 was away may be right",
		[
			outnumbered(9_000),
			impaired("one", 500, 1_000, "cut-off"),
			shardAway(0, 3_500, 8_900),
		],
		[],
	],
	[
		"could have done so when shard 0 was there is wrong",
		[outnumbered(9_000), shardAway(0, 3_500, 8_900)],
		[TOLD],
	],
	[
		"could have done so for long is wrong",
		[outnumbered(9_000), impaired("one", 1_000, 4_000, "cut-off")],
		[TOLD],
	],
	[
		"loses it with the store to one that could not hear of it may be right",
		[
			outnumbered(9_000),
			lostWrites(8_500),
			impaired("two", 2_000, 7_000, "cut-off"),
		],
		[],
	],
	[
		"loses it with the store to one that has reached the store all along is wrong",
		[
			outnumbered(9_000),
			lostWrites(8_500),
			impaired("three", 2_000, 7_000, "cut-off"),
		],
		[TOLD],
	],
	[
		"lost it long ago to one that could not hear of it is wrong",
		[
			outnumbered(9_000),
			lostWrites(5_000),
			impaired("two", 2_000, 7_000, "cut-off"),
		],
		[TOLD],
	],
	[
		"has lost nothing to one that cannot hear of it is wrong",
		[outnumbered(9_000), impaired("two", 2_000, 7_000, "cut-off")],
		[TOLD],
	],
	[
		"is cut off only afterwards is wrong",
		[outnumbered(9_000), impaired("one", 9_001, 12_000, "cut-off")],
		[TOLD],
	],
])("another number for a node that %s", (_what, more, broken) => {
	expect(breaches([...soundHistory(), ...more])).toEqual(broken);
});

test("what the store miscounts breaks a promise", () => {
	const what = "shard 0 has 2 tasks PENDING and 1 in queues";
	expect(
		breaches([...soundHistory(), { kind: "miscount", atMs: 500, what }]),
	).toEqual([`the store's books are right: ${what} at 500 ms`]);
});
