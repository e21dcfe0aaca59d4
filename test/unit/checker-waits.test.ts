/** Waits beside nodes that could have started a task, and which of them break the promise. */
import { describe, expect, test } from "vitest";
import type { HistoryEvent } from "../checker/history.ts";
import { breaches, soundHistory } from "./checker-history.ts";

const TERMS = { startWithinMs: 1_000 };
const PROMISE = "what waits beside an idle node is started by its sweep";

function waited(fromMs: number, untilMs: number, ...more: HistoryEvent[]) {
	return breaches(
		[
			...soundHistory(),
			{ kind: "waited", id: "a", node: "one", fromMs, untilMs },
			...more,
		],
		TERMS,
	);
}

function impaired(node: string, fromMs: number, untilMs: number): HistoryEvent {
	return { kind: "impaired", why: "cut-off", node, fromMs, untilMs };
}

test("a wait up to the bound is no matter, a longer one breaks the promise", () => {
	expect(waited(5_000, 6_000)).toEqual([]);
	expect(waited(5_000, 6_001)).toEqual([
		`${PROMISE}: a waited from 5000 to 6001 ms, while one served it, had a slot free and started nothing`,
	]);
});

test("without a bound no wait breaks a promise", () => {
	const wait: HistoryEvent = {
		...{ kind: "waited", id: "a", node: "one" },
		...{ fromMs: 0, untilMs: 9_000 },
	};
	expect(breaches([...soundHistory(), wait])).toEqual([]);
});

describe("a node that was cut off", () => {
	test("has time to find back, and then the bound counts anew", () => {
		const cut = impaired("one", 5_500, 6_000);
		expect(waited(5_000, 11_000, cut)).toEqual([]);
		expect(waited(5_000, 11_001, cut)).toHaveLength(1);
	});

	test("before the wait is excused in it, and after it is not", () => {
		expect(waited(5_000, 9_000, impaired("one", 3_000, 4_500))).toEqual([]);
		expect(waited(5_000, 9_000, impaired("one", 9_000, 9_500))).toHaveLength(1);
		expect(waited(5_000, 9_000, impaired("one", 100, 200))).toHaveLength(1);
	});

	test("excuses nobody else", () => {
		expect(waited(5_000, 9_000, impaired("two", 4_000, 9_000))).toHaveLength(1);
	});

	test("for a long time, with a shorter trouble beside it, is excused to the end of the long one", () => {
		const long = impaired("one", 4_000, 20_000);
		const short = impaired("one", 5_000, 5_001);
		expect(waited(5_500, 20_500, long, short)).toEqual([]);
	});
});

test("a step of the store's clock is noticed by all", () => {
	const step: HistoryEvent = { kind: "clock-step", atMs: 5_100, byMs: 60_000 };
	expect(waited(5_000, 10_000, step)).toEqual([]);
	expect(waited(5_000, 10_200, step)).toHaveLength(1);
});
