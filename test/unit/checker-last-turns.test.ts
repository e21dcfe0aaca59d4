/** Work that a node at risk takes up: which is held against it. */
import { expect, test } from "vitest";
import type { HistoryEvent } from "../checker/history.ts";
import { breaches, submitted } from "./checker-history.ts";

const RISK: HistoryEvent = { kind: "at-risk", atMs: 1_000, node: "one" };

/** A task that comes at 20 s, and starts on node `one` after this time. */
function begun(afterMs: number, ...more: readonly HistoryEvent[]): string[] {
	return begunAmong(["one", "two"], afterMs, ...more);
}

/** The same; these nodes hear each other and serve it. */
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

test("a new task that starts there while another node is idle is held against it", () => {
	expect(begun(50, RISK)).toEqual([
		"a node at risk is the last to take new work: a started on one, at risk since 1000 ms, 50 ms after it was submitted, while two was idle",
	]);
	expect(begun(50, RISK, ...ran(14_000, 15_000))).toHaveLength(1);
});

test("none is that has waited, or came while the others were at work or at risk as well, or knew of nothing", () => {
	expect(begun(50)).toEqual([]);
	expect(begun(100, RISK)).toEqual([]);
	expect(begun(50, RISK, ...ran(15_000, 16_000))).toEqual([]);
	expect(begun(50, RISK, { ...RISK, node: "two" })).toEqual([]);
	expect(begun(50, { ...RISK, atMs: 16_000 })).toEqual([]);
});

test("none is held against a node that hears no other", () => {
	expect(begunAmong(["two"], 50, RISK)).toEqual([]);
});
