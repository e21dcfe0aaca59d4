/** BegunTeller: how often it is reported when the code of attempts began. */
import { expect, test } from "vitest";
import { BegunTeller } from "../../node/work/begun-teller.ts";
import { BEGUN_TOLD_MAX, BEGUN_TOLD_MS } from "../../protocol/limits.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import { VirtualClock } from "../clock.ts";

const STORE_MS = 1_000_000;

function tellerOf(count: number) {
	const clock = new VirtualClock();
	const began: [ClaimedTask, number][] = Array.from(
		{ length: count },
		(_, i) => [
			{
				...{ id: `a${i}`, token: i + 1, route: "q|t|", priority: 5 },
				...{ options: {}, payload: "1", attempt: 1, createdMs: 0, round: 1 },
				...{ failures: 0, crashes: 0, losses: 0, claimedMs: STORE_MS - 500 },
			},
			clock.monoMs(),
		],
	);
	const runner = { begun: () => began };
	return { clock, began, teller: new BegunTeller({ shard: 0, clock, runner }) };
}

test("when an attempt's code began is reported in the store's time, until the store has heard it", async () => {
	const { clock, teller } = tellerOf(1);
	await clock.runFor(BEGUN_TOLD_MS - 1);
	expect(teller.untold(STORE_MS)).toEqual([]);
	await clock.runFor(1);
	const begun = teller.untold(STORE_MS);
	const startedMs = STORE_MS - BEGUN_TOLD_MS;
	expect(begun).toEqual([{ id: "a0", token: 1, startedMs }]);
	expect(teller.untold(STORE_MS)).toHaveLength(1);
	teller.told(begun);
	expect(teller.untold(STORE_MS)).toEqual([]);
});

test("no code is reported to have begun before its claim, whatever the clocks say", async () => {
	const { clock, teller } = tellerOf(1);
	await clock.runFor(800);
	expect(teller.untold(STORE_MS)).toMatchObject([
		{ startedMs: STORE_MS - 500 },
	]);
});

test("reports that do not fit into a pulse go with the next ones, and attempts that are over are dropped", async () => {
	const { clock, began, teller } = tellerOf(BEGUN_TOLD_MAX + 10);
	await clock.runFor(BEGUN_TOLD_MS);
	const first = teller.untold(STORE_MS);
	expect(first).toHaveLength(BEGUN_TOLD_MAX);
	teller.told(first);
	const rest = teller.untold(STORE_MS);
	expect(rest).toHaveLength(10);
	teller.told(rest);
	const [again] = began.splice(0, 5);
	expect(teller.untold(STORE_MS)).toEqual([]);
	if (again !== undefined) began.push(again);
	expect(teller.untold(STORE_MS)).toHaveLength(1);
});
