/** Work that a node at risk takes, and when that breaks the promise. */
import { expect, test } from "vitest";
import type { HistoryEvent } from "../checker/history.ts";
import { breaches, submitted } from "./checker-history.ts";

const RISK: HistoryEvent = { kind: "at-risk", atMs: 1_000, node: "one" };

/** What breaks if a task comes at 20 s, and starts on node `one` after this time. */
function begun(afterMs: number, ...more: readonly HistoryEvent[]): string[] {
	return begunAmong(["one", "two"], afterMs, ...more);
}

/** The same, among these nodes, which hear each other and serve the task. */
function begunAmong(
	nodes: readonly string[],
	afterMs: number,
	...more: readonly HistoryEvent[]
): string[] {
	const atMs = 20_000 + afterMs;
	const events: HistoryEvent[] = [
		...submitted("a", 20_000, "ok"),
		{ kind: "start", atMs, id: "a", token: 9, node: "one" },
		{ kind: "stop", atMs: atMs + 1, id: "a", token: 9, node: "one" },
	];
	const lastTurn = { able: () => nodes, leftOverMs: 100 };
	return breaches([...events, ...more], { lastTurn }).filter((what) =>
		what.startsWith("a node at risk is the last"),
	);
}

/** Another task, of node `two`. */
function ran(fromMs: number, untilMs: number): HistoryEvent[] {
	const task = { id: "b", token: 1, node: "two" };
	return [
		{ kind: "start", atMs: fromMs, ...task },
		{ kind: "stop", atMs: untilMs, ...task },
	];
}

test("a new task that starts there while another node is idle breaks the promise", () => {
	expect(begun(50, RISK)).toEqual([
		"a node at risk is the last to take new work: a started on one, at risk since 1000 ms, 50 ms after it was submitted, while two was idle",
	]);
	expect(begun(50, RISK, ...ran(14_000, 15_000))).toHaveLength(1);
});

test("a task that has waited, or came while the others were at work, at risk as well, or knew of nothing breaks none", () => {
	expect(begun(50)).toEqual([]);
	expect(begun(100, RISK)).toEqual([]);
	expect(begun(50, RISK, ...ran(15_000, 16_000))).toEqual([]);
	expect(begun(50, RISK, { ...RISK, node: "two" })).toEqual([]);
	expect(begun(50, { ...RISK, atMs: 16_000 })).toEqual([]);
});

test("a node that hears no other breaks no promise", () => {
	expect(begunAmong(["two"], 50, RISK)).toEqual([]);
});
