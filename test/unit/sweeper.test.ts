/** Routes that a pulse names are claimed once those that were notified have had their turn. */
import { expect, test } from "vitest";
import { Sweeper } from "../../node/work/sweeper.ts";
import { BACK_UP_MS_MAX, SWEEP_AFTER_MS } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";

function sweeperOf(
	nodes: number,
	arrival = { isOver: true },
	othersFirst: (route: string) => number = () => 0,
) {
	const clock = new VirtualClock();
	const hinted: [string, number][] = [];
	const claimer = {
		hint: (route: string) => hinted.push([route, clock.monoMs()]),
	};
	const leftOver: [readonly string[], number][] = [];
	const leftOvers = {
		take: (routes: readonly string[]) =>
			void leftOver.push([routes, clock.monoMs()]),
	};
	const sweeper = new Sweeper({
		...{ clock, claimer, roster: { nodes }, arrival, leftOvers },
		lastTurn: { othersFirst },
	});
	return { clock, hinted, leftOver, sweeper };
}

test("beside others a node waits until what is left to them has been taken, or asked for again", async () => {
	expect(SWEEP_AFTER_MS).toBeGreaterThan(BACK_UP_MS_MAX);
	const { clock, hinted, sweeper } = sweeperOf(2);
	sweeper.found(["a", "b"]);
	await clock.runFor(10);
	sweeper.found([]);
	sweeper.found(["a"]);
	await clock.runFor(1_000);
	expect(hinted).toEqual([
		["a", SWEEP_AFTER_MS],
		["b", SWEEP_AFTER_MS],
		["a", SWEEP_AFTER_MS + 10],
	]);
});

test("a node that is alone waits for nobody", () => {
	const { hinted, sweeper } = sweeperOf(1);
	sweeper.found(["a"]);
	expect(hinted).toEqual([["a", 0]]);
});

test("a node that does not know yet whether it is alone waits", async () => {
	const { clock, hinted, sweeper } = sweeperOf(1, { isOver: false });
	sweeper.found(["a"]);
	await clock.runFor(1_000);
	expect(hinted).toEqual([["a", SWEEP_AFTER_MS]]);
});

test("a node that stops claims nothing more", async () => {
	const { clock, hinted, sweeper } = sweeperOf(3);
	sweeper.found(["a"]);
	sweeper.stop();
	await clock.runFor(1_000);
	expect(hinted).toEqual([]);
});

test("a node that comes last takes what is left over although others have room", async () => {
	const { clock, hinted, leftOver, sweeper } = sweeperOf(
		2,
		undefined,
		(route) => (route === "b" ? 0 : 1),
	);
	sweeper.found(["a", "b", "c"]);
	await clock.runFor(1_000);
	expect(hinted).toEqual([["b", SWEEP_AFTER_MS]]);
	expect(leftOver).toEqual([[["a", "c"], SWEEP_AFTER_MS]]);
});
