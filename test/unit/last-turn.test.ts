/** Whose work it is first if this node may soon be taken away, and what is left over for it. */
import { expect, test } from "vitest";
import { LastTurn } from "../../node/peers/last-turn.ts";
import { StoreError } from "../../node/ports.ts";
import { Hinter } from "../../node/work/hinter.ts";
import { LeftOvers } from "../../node/work/left-overs.ts";
import { AT_RISK_MS, LEFT_OVER_ROUTES_MAX } from "../../protocol/limits.ts";
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

function leftOversOf(counts: Readonly<Record<string, number>>, room = 9) {
	const [asked, wanted]: [string[][], string[]] = [[], []];
	const claimer = {
		claiming: true,
		want: (route: string, tasks: number) => wanted.push(`${route} ${tasks}`),
	};
	const seen = { asked, wanted, claimer, fails: false };
	const leftOver = async (routes: readonly string[], forMs: number) => {
		expect(forMs).toBe(AT_RISK_MS);
		asked.push([...routes]);
		if (seen.fails) throw new StoreError("unreachable", "Redis is away");
		return routes.map((route) => counts[route] ?? 0);
	};
	const leftOvers = new LeftOvers({
		...{ shard: { index: 0, tasks: { leftOver } }, log, claimer },
		runner: { roomFor: () => room },
	});
	return { leftOvers, seen };
}

test("of what has waited for long it takes as much as there is, as it has room for, and as it may", async () => {
	const { leftOvers, seen } = leftOversOf({ a: 3, b: 20 });
	await leftOvers.take(["a", "b", "c"]);
	expect(seen.wanted).toEqual(["a 3", "b 9"]);
	await leftOvers.take(["a"], 1);
	expect(seen.wanted.at(-1)).toBe("a 1");
});

test("many routes are asked about some at a time, and none by a node that stops", async () => {
	const { leftOvers, seen } = leftOversOf({});
	const routes = Array.from(
		{ length: LEFT_OVER_ROUTES_MAX + 1 },
		(_, i) => `r${i}`,
	);
	await leftOvers.take(routes);
	expect(seen.asked.map(({ length }) => length)).toEqual([
		LEFT_OVER_ROUTES_MAX,
		1,
	]);
	await leftOvers.take([]);
	seen.claimer.claiming = false;
	await leftOvers.take(["a"]);
	expect(seen.asked).toHaveLength(2);
});

test("what cannot be asked now is left to the next sweep", async () => {
	const { leftOvers, seen } = leftOversOf({ a: 3 });
	seen.fails = true;
	await leftOvers.take(["a"]);
	expect(seen.wanted).toEqual([]);
});
