/** What the checker finds in a system that runs tasks again: in another round, or late. */
import { expect, test } from "vitest";
import { judgeDrained } from "../checker/drained.ts";
import type { HistoryEvent } from "../checker/history.ts";
import { readHistory } from "../checker/history.ts";
import { judgeOverlaps } from "../checker/overlaps.ts";
import { judgeRounds } from "../checker/rounds.ts";
import { read } from "./checker-history.ts";

const STOP_MS = { paused: 0, "cut-off": 0, gone: 0 };

function twoRuns(force: boolean, secondRound: number): HistoryEvent[] {
	const run = (token: number, round: number, node: string, fromMs: number) => [
		{ kind: "start", atMs: fromMs, id: "a", token, round, node } as const,
		{ kind: "stop", atMs: fromMs + 100, id: "a", token, node } as const,
	];
	return [
		{ kind: "cancel", atMs: 5, id: "a", force },
		...run(1, 1, "one", 0),
		...run(2, secondRound, "two", 50),
	];
}

test("runs of two rounds may overlap only if the first was taken away by force", () => {
	const broken = (force: boolean, round: number) =>
		judgeOverlaps(readHistory(twoRuns(force, round)), STOP_MS).length;
	expect(broken(true, 2)).toBe(0);
	expect(broken(false, 2)).toBe(1);
	expect(broken(true, 1)).toBe(1);
});

test("a round that nobody asked for is found, and one that somebody was told of and is not there", () => {
	const judge = (round: number, ...more: HistoryEvent[]) =>
		judgeRounds(readHistory([...more, read({ id: "a", round })]));
	const retry = { kind: "retry", atMs: 1, id: "a", round: 1 } as const;
	const done = { kind: "retried", atMs: 2, id: "a", round: 1 } as const;
	expect(judge(2, retry, { ...done, outcome: "done" })).toEqual([]);
	expect(judge(2)).toHaveLength(1);
	expect(judge(3, retry)).toHaveLength(1);
	expect(judge(1, retry, { ...done, outcome: "done" })).toHaveLength(1);
});

test("a task may run as much later as the store's clock was put back, and it must end all the same", () => {
	const stop: HistoryEvent = {
		...{ kind: "stop", atMs: 900 },
		...{ id: "a", token: 1, node: "one" },
	};
	const ended = read({ id: "a", atMs: 950 });
	const judge = (byMs: number, ...events: HistoryEvent[]) =>
		judgeDrained(
			readHistory([
				{ kind: "clock-step", atMs: 1, byMs },
				{ kind: "healed", atMs: 2 },
				...events,
			]),
			100,
		).length;
	expect(judge(-800, stop, ended)).toBe(0);
	expect(judge(-700, stop, ended)).toBe(1);
	expect(judge(800, stop, ended)).toBe(1);
	expect(judge(-800, { ...ended, state: "PENDING" })).toBe(1);
});
