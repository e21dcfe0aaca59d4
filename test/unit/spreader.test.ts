/** Which of its tasks a node leaves to others. */
import { expect, test } from "vitest";
import { PromisedLoad, reportedRoom } from "../../node/peers/promised-load.ts";
import { RunMeter } from "../../node/work/run-meter.ts";
import { Spreader } from "../../node/work/spreader.ts";
import { SPREAD_MS_MIN } from "../../protocol/limits.ts";
import { claimedTask } from "../claimed-task.ts";
import { servesTypes } from "../stand-ins.ts";

const ROUTE = "default|long|";
const SHORT = "default|short|";
const IDLE = { freeSlots: 8, running: 0 };

function spreaderOf(peers: readonly string[], more: object = {}) {
	const durations = new RunMeter();
	ran(durations, "short", SPREAD_MS_MIN / 2);
	const promised = new PromisedLoad();
	const runner = { slots: 8, freeSlots: 8, roomFor: () => Infinity };
	const claimer = { claiming: true, wanted: { tasks: 0 } };
	const spreader = new Spreader({
		self: "self",
		serves: servesTypes("long", "short"),
		...{ durations, runner, claimer, report: { atRisk: false } },
		roster: {
			nodes: 1 + peers.length,
			candidates: () => peers.map((id) => promised.roomOf(id, IDLE)),
			reported: () => peers.map((id) => reportedRoom(id, IDLE)),
		},
		promised,
		renewer: { trusted: true },
		...more,
	});
	const share = (count: number, route = ROUTE) => {
		const counts = [{ route, count, topPriority: 5 }];
		const shares = spreader.share(counts)?.get(route);
		return shares && [shares.own, Object.fromEntries(shares.quotas)];
	};
	return { share, durations, promised, runner, claimer, spreader };
}

test("tasks are shared with other nodes, and count as their load until these report their load themselves", () => {
	const { share, runner, promised } = spreaderOf(["ann", "bob"]);
	expect(share(9)).toEqual([3, { ann: 3, bob: 3 }]);
	runner.freeSlots -= 3;
	expect(share(3)).toEqual([1, { ann: 1, bob: 1 }]);
	runner.freeSlots -= 1;
	promised.told("ann");
	expect(share(3)).toEqual([0, { ann: 3 }]);
});

test("a lone task stays while the node is idle, and so do all of types that take no time", () => {
	const { share, durations, spreader } = spreaderOf(["ann", "bob"]);
	expect(share(1)).toBeUndefined();
	expect(spreader.mayShare([{ route: SHORT }, { route: SHORT }])).toBe(false);
	expect(spreader.mayShare([{ route: SHORT }, { route: ROUTE }])).toBe(true);
	expect(share(9, SHORT)).toBeUndefined();
	for (let i = 0; i < 20; i += 1) ran(durations, "short", 1_000);
	expect(share(9, SHORT)).toEqual([3, { ann: 3, bob: 3 }]);
});

test("a node that may soon be taken away leaves all tasks to others, if they have room for them", () => {
	const atRisk = { report: { atRisk: true } };
	expect(spreaderOf(["ann"], atRisk).share(3)).toEqual([0, { ann: 3 }]);
	expect(spreaderOf(["ann"], atRisk).share(3, SHORT)).toEqual([0, { ann: 3 }]);
	expect(spreaderOf(["ann"], atRisk).share(12)).toEqual([4, { ann: 8 }]);
	expect(spreaderOf([], atRisk).share(3)).toBeUndefined();
	// It does so however many it has left to them already: what they do not take it takes later.
	const { share } = spreaderOf(["ann"], atRisk);
	for (let i = 0; i < 9; i++) expect(share(1)).toEqual([0, { ann: 1 }]);
	// As long as they have room, each gets its share.
	const both = spreaderOf(["ann", "bob"], atRisk);
	const shares = Array.from({ length: 8 }, () => both.share(1));
	for (const name of ["ann", "bob"])
		expect(
			shares.filter((each) => JSON.stringify(each) === `[0,{"${name}":1}]`),
		).toHaveLength(4);
});

test.each([true, false])(
	"a node that may soon be taken away gets nothing from another one while others say that they have room: another that may be, too, %s",
	(atRisk) => {
		const promised = new PromisedLoad();
		const words = { ann: IDLE, bob: { ...IDLE, atRisk: true as const } };
		const roomsBy = (roomOf: typeof reportedRoom) =>
			Object.entries(words).map(([id, word]) => roomOf(id, word));
		const full = { slots: 8, freeSlots: 0, roomFor: () => 0 };
		const { share } = spreaderOf([], {
			...{ promised, runner: full, report: { atRisk } },
			roster: {
				nodes: 3,
				candidates: () => roomsBy((...said) => promised.roomOf(...said)),
				reported: () => roomsBy(reportedRoom),
			},
		});
		for (let i = 0; i < 9; i++) expect(share(1)).toEqual([0, { ann: 1 }]);
		words.ann = { freeSlots: 0, running: 8 };
		promised.told("ann");
		expect(share(1)).toEqual([0, { bob: 1 }]);
	},
);

test("if there is nobody else, or no room for all, nobody gets a share", () => {
	expect(spreaderOf([]).share(9)).toBeUndefined();
	expect(spreaderOf(["ann"]).share(17)).toBeUndefined();
});

test.each([
	["is not trusted", { renewer: { trusted: false } }],
	["takes no work", { claimer: { claiming: false, wanted: { tasks: 0 } } }],
	["does not serve it", { serves: servesTypes("short") }],
	[
		"has wanted as many already",
		{ claimer: { claiming: true, wanted: { tasks: 8 } } },
	],
])("a node that %s keeps none", (_, more) => {
	expect(spreaderOf(["ann"], more).share(2)).toEqual([0, { ann: 2 }]);
});

function ran(meter: RunMeter, type: string, ranMs: number): void {
	const runs = meter.claimed(claimedTask({ type }));
	meter.over(runs, { kind: "success", result: "null", ranMs }, undefined);
}

test("a node takes turns with all who serve any of the routes, but not with one that is gone", () => {
	const { spreader, runner } = spreaderOf(["ann", "bob", "cid"]);
	expect(spreader.turns([ROUTE], "cid").slice(0, 3)).toEqual([1, 4, 7]);
	expect(spreader.turns([ROUTE, SHORT], "eve").slice(0, 3)).toEqual([1, 5, 9]);
	runner.freeSlots = 2;
	expect(spreader.turns([ROUTE], "cid")).toEqual([13, 16]);
	runner.freeSlots = 0;
	expect(spreader.turns([ROUTE], "cid")).toEqual([]);
});

test("a node that may soon be taken away has its turns when the others have no room, by their own word", () => {
	const { spreader, promised } = spreaderOf(["ann", "bob"], {
		report: { atRisk: true },
	});
	promised.promise([["ann", 4]]);
	expect(spreader.turns([ROUTE], "bob")).toEqual(
		[1, 2, 3, 4, 5, 6, 7, 8].map((turn) => 8 + turn),
	);
});
