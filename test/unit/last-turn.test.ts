/** Who goes first if this node may soon be taken away, and what is left over for it. */
import { expect, test } from "vitest";
import { LastTurn } from "../../node/peers/last-turn.ts";
import { StoreError } from "../../node/ports.ts";
import { Hinter } from "../../node/work/hinter.ts";
import { LeftOvers } from "../../node/work/left-overs.ts";
import {
	AT_RISK_MS,
	BACK_UP_MS,
	LEFT_OVER_AGAIN_MS,
	LEFT_OVER_ROUTES_MAX,
	RUMOURS_MAX,
} from "../../protocol/limits.ts";
import type { Room } from "../../protocol/share.ts";
import { VirtualClock } from "../clock.ts";
import { servesTypes } from "../stand-ins.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

function othersFirst(atRisk: boolean, ...rooms: readonly Partial<Room>[]) {
	const reported = () =>
		rooms.map((room) => ({ nodeId: "ann", freeSlots: 0, slots: 8, ...room }));
	const lastTurn = new LastTurn({ report: { atRisk }, roster: { reported } });
	return lastTurn.othersFirst("a|t|");
}

test("as many tasks as others report room for are theirs first, and none of those at risk as well", () => {
	const [ann, bob] = [{ freeSlots: 3 }, { freeSlots: 2 }];
	expect(othersFirst(false, ann, bob)).toBe(0);
	expect(othersFirst(true, ann, bob)).toBe(5);
	expect(othersFirst(true, ann, { ...bob, atRisk: true })).toBe(3);
	expect(othersFirst(true, { freeSlots: 0 }, { ...bob, atRisk: true })).toBe(0);
	expect(othersFirst(true)).toBe(0);
});

test.each([
	["as many as it can, if the others have no room", 0, ["hint a|t|"]],
	["what is too much for the others", 2, ["want a|t| 3"]],
	["nothing, if the others have room for all", 5, []],
])("of tasks that are not shared it takes %s", (_, forOthers, expected) => {
	const asked: string[] = [];
	const hinter = new Hinter({
		...{ shard: 0, clock: new VirtualClock(), serves: servesTypes("t") },
		claimer: {
			...{ claiming: true, isHot: () => true },
			hint: (route) => asked.push(`hint ${route}`),
			want: (route, tasks) => asked.push(`want ${route} ${tasks}`),
		},
		announcer: { announce: () => ({ leftMs: 0 }) },
		lastTurn: { othersFirst: () => forOthers },
		spreader: { share: () => undefined },
		backUp: { left: () => expect.fail("nothing is shared") },
		renewer: { trusted: true },
		runner: { freeSlots: 2, roomFor: () => 2 },
	});
	hinter.hint([{ route: "a|t|", count: 5, topPriority: 5 }]);
	expect(asked).toEqual(expected);
});

/** The left-overs of a node on a store in which so many tasks of each route have waited for long. */
function leftOversOf(counts: Record<string, number>, room = 9) {
	const clock = new VirtualClock();
	const [asked, wanted]: [string[][], (string | number)[][]] = [[], []];
	const claimer = {
		claiming: true,
		wanted: { tasks: 0 },
		want(route: string, tasks: number) {
			wanted.push([route, tasks, clock.monoMs()]);
			counts[route] = (counts[route] ?? 0) - tasks;
			seen.room -= tasks;
		},
	};
	const seen = {
		asked,
		wanted,
		claimer,
		counts,
		room,
		fails: false,
		atOnce: 0,
	};
	let underWay = 0;
	const leftOver = async (routes: readonly string[], forMs: number) => {
		expect(forMs).toBe(AT_RISK_MS);
		asked.push([...routes]);
		if (seen.fails) throw new StoreError("unreachable", "Redis is away");
		underWay += 1;
		seen.atOnce = Math.max(seen.atOnce, underWay);
		await new Promise<void>((answered) => clock.after(1, answered));
		underWay -= 1;
		return routes.map((route) => counts[route] ?? 0);
	};
	const leftOvers = new LeftOvers({
		...{ shard: { index: 0, tasks: { leftOver } }, log, clock },
		...{ engine: { claimer }, runner: { roomFor: () => seen.room } },
	});
	return { clock, leftOvers, seen };
}

const ROUTES = Array.from(
	{ length: 2 * LEFT_OVER_ROUTES_MAX + 1 },
	(_, i) => `r${i}`,
);

test("it takes what has waited for long, as far as it has room", async () => {
	const { clock, leftOvers, seen } = leftOversOf({ a: 3, b: 20 });
	seen.claimer.wanted.tasks = 1;
	leftOvers.take(["a", "b", "c"]);
	await clock.runFor(1);
	expect(seen.wanted).toEqual([
		["a", 3, 1],
		["b", 5, 1],
	]);
});

test("it takes what it had no room for once it has some, until nothing is left, and then asks no more", async () => {
	const { clock, leftOvers, seen } = leftOversOf({ a: 20 }, 8);
	leftOvers.take(["a"]);
	await clock.runFor(200);
	expect([seen.wanted, seen.asked]).toEqual([[["a", 8, 1]], [["a"]]]);
	for (const room of [8, 8]) {
		seen.room = room;
		await clock.runFor(LEFT_OVER_AGAIN_MS + 2);
	}
	expect(seen.wanted.map(([, tasks]) => tasks)).toEqual([8, 8, 4]);
	await clock.runFor(1_000);
	expect(seen.asked).toHaveLength(3);
});

test("routes for others first are looked at once their tasks have waited for long, and again for what has come since", async () => {
	const { clock, leftOvers, seen } = leftOversOf({ a: 2 });
	const laterMs = AT_RISK_MS + BACK_UP_MS;
	leftOvers.passedOver("a");
	expect([leftOvers.has("a"), leftOvers.has("b")]).toEqual([true, false]);
	await clock.runFor(30);
	leftOvers.passedOver("a");
	await clock.runFor(laterMs - 30);
	expect(seen.asked).toHaveLength(1);
	await clock.runFor(1);
	expect(seen.wanted).toEqual([["a", 2, laterMs + 1]]);
	Object.assign(seen.counts, { a: 1 });
	await clock.runFor(1_000);
	expect(seen.wanted.slice(1)).toEqual([["a", 1, laterMs + 31]]);
	expect(seen.asked).toHaveLength(2);
});

test("many routes are asked about some at a time, one question after the other", async () => {
	const { clock, leftOvers, seen } = leftOversOf({});
	for (const route of ROUTES) leftOvers.take([route]);
	await clock.runFor(10);
	expect(seen.asked.flat().sort()).toEqual([...ROUTES].sort());
	expect(Math.max(...seen.asked.map(({ length }) => length))).toBe(
		LEFT_OVER_ROUTES_MAX,
	);
	expect(seen.asked.length).toBeLessThanOrEqual(4);
	expect(seen.atOnce).toBe(1);
});

test("the number of routes to be looked at later is bounded", async () => {
	const { clock, leftOvers, seen } = leftOversOf({});
	for (let i = 0; i < 2 * RUMOURS_MAX; i += 1) leftOvers.passedOver(`r${i}`);
	await clock.runFor(1_000);
	expect(seen.asked.flat()).toHaveLength(RUMOURS_MAX);
});

test.each([
	["takes no more work", "drain"],
	["stops", "stop"],
])("a node that %s asks for nothing", async (_, how) => {
	const { clock, leftOvers, seen } = leftOversOf({ a: 1 });
	leftOvers.passedOver("a");
	if (how === "stop") leftOvers.stop();
	else seen.claimer.claiming = false;
	leftOvers.take(how === "stop" ? [] : ["b"]);
	await clock.runFor(1_000);
	expect(seen.asked).toEqual([]);
});

test("a question that fails is left to the next sweep", async () => {
	const { clock, leftOvers, seen } = leftOversOf({ a: 3 });
	seen.fails = true;
	leftOvers.take(["a"]);
	await clock.runFor(1_000);
	expect([seen.asked.length, seen.wanted]).toEqual([1, []]);
	seen.fails = false;
	leftOvers.take(["a"]);
	await clock.runFor(1);
	expect(seen.wanted).toHaveLength(1);
});
