/** What the checker finds in a system that does not do what users wish, or does more than that. */
import { expect, test } from "vitest";
import { judgeCancels } from "../checker/cancels.ts";
import { judgeChanges } from "../checker/changes.ts";
import { type HistoryEvent, readHistory } from "../checker/history.ts";
import { judgeRemovals } from "../checker/removals.ts";
import { judgeRounds } from "../checker/rounds.ts";
import { judgeTimes } from "../checker/times.ts";
import { read } from "./checker-history.ts";

const id = "a";

function patch(mark: string, atMs: number): HistoryEvent {
	return { kind: "patch", atMs, id, mark, isTimed: false };
}
function patched(
	mark: string,
	atMs: number,
	outcome: "changed" | "not_waiting" | "unknown",
): HistoryEvent {
	return { kind: "patched", atMs, id, mark, outcome };
}

function changeFlaws(tags: string[], ...events: HistoryEvent[]): number {
	return judgeChanges(readHistory([...events, read({ id, tags })])).length;
}

test("a reported change is there until one that was asked for after it", () => {
	const first = [patch("x", 1), patched("x", 2, "changed")];
	const second = [patch("y", 3), patched("y", 4, "changed")];
	const beside = [patch("y", 1), patched("y", 4, "changed")];
	expect(changeFlaws(["x"], ...first)).toBe(0);
	expect(changeFlaws([], ...first)).toBe(1);
	expect(changeFlaws(["y"], ...first, ...second)).toBe(0);
	expect(changeFlaws(["x"], ...first, ...second)).toBe(1);
	expect(changeFlaws(["x"], ...first, ...beside)).toBe(0);
	const lost: HistoryEvent = { kind: "lost-writes", atMs: 5 };
	expect(changeFlaws([], ...first, lost)).toBe(0);
});

test("an unreported change may be there or not, and a refused one may not", () => {
	const unknown = [patch("x", 1), patched("x", 2, "unknown")];
	expect(changeFlaws(["x"], ...unknown)).toBe(0);
	expect(changeFlaws([], ...unknown)).toBe(0);
	const refused = [patch("x", 1), patched("x", 2, "not_waiting")];
	expect(changeFlaws([], ...refused)).toBe(0);
	expect(changeFlaws(["x"], ...refused)).toBe(1);
	const both = [...unknown, patch("y", 3), patched("y", 4, "unknown")];
	expect(changeFlaws(["x", "y"], ...both)).toBe(1);
});

test("a task is gone only if somebody deleted it, and one that is reported as gone is, unless it was submitted again", () => {
	const flaws = (...events: HistoryEvent[]) =>
		judgeRemovals(readHistory(events)).length;
	const taken: HistoryEvent[] = [
		{ kind: "submit", atMs: 0, id, route: "r", priority: 5 },
		{ kind: "submitted", atMs: 1, id, outcome: "ok" },
	];
	const gone = { kind: "forgotten", atMs: 9, id } as const;
	const asked: HistoryEvent = { kind: "remove", atMs: 2, id };
	const told = { kind: "removed", atMs: 3, id, outcome: "done" } as const;
	expect(flaws(...taken, { ...gone, why: "deleted" })).toBe(1);
	expect(flaws(...taken, { ...gone, why: "trimmed" })).toBe(0);
	expect(flaws(...taken, asked, { ...gone, why: "deleted" })).toBe(0);
	expect(flaws(...taken, asked, told, read({ id }))).toBe(1);
	const again: HistoryEvent[] = [
		{ kind: "submit", atMs: 4, id, route: "r", priority: 5 },
		{ kind: "submitted", atMs: 5, id, outcome: "ok" },
	];
	expect(flaws(...taken, asked, told, ...again, read({ id }))).toBe(0);
	const none = { ...told, outcome: "not_ended" } as const;
	expect(flaws(...taken, asked, none, read({ id }))).toBe(0);
});

test("a task that was cancelled with all of its kind begins at most once more, if it was there before", () => {
	const start = (token: number, atMs: number): HistoryEvent => ({
		...{ kind: "start", atMs, id, token, node: "one" },
	});
	const flaws = (fromMs: number, ...events: HistoryEvent[]) =>
		judgeCancels(
			readHistory([
				{ kind: "submit", atMs: 0, id, route: "r", priority: 5 },
				{ kind: "submitted", atMs: 1, id, outcome: "ok" },
				{ kind: "swept", atMs: 10, id, fromMs },
				...events,
			]),
		).length;
	expect(flaws(2, start(1, 11))).toBe(0);
	expect(flaws(2, start(1, 11), start(2, 12))).toBe(1);
	expect(flaws(2, start(1, 8), start(2, 12))).toBe(0);
	expect(flaws(0, start(1, 11), start(2, 12))).toBe(0);
	const retry: HistoryEvent = { kind: "retry", atMs: 3, id };
	expect(flaws(2, retry, start(1, 11), start(2, 12))).toBe(0);
});

test("a task that was cancelled and deleted may be submitted anew, and run", () => {
	const start: HistoryEvent = {
		...{ kind: "start", atMs: 9, id, token: 2, node: "one" },
	};
	const cancelled: HistoryEvent[] = [
		{ kind: "cancel", atMs: 1, id, force: false },
		{ kind: "cancelled", atMs: 2, id, fromMs: 1, outcome: "done", round: 1 },
	];
	const judge = (...events: HistoryEvent[]) =>
		judgeCancels(readHistory([...cancelled, ...events, start, read({ id })]))
			.length;
	expect(judge()).toBe(2);
	expect(judge({ kind: "forgotten", atMs: 3, id, why: "deleted" })).toBe(0);
});

test("a request that a store carried out and lost before it was reported breaks no promise", () => {
	const lost: HistoryEvent = { kind: "lost-writes", atMs: 3 };
	const cancelled = (fromMs: number): HistoryEvent => ({
		...{ kind: "cancelled", atMs: 4, id, fromMs, outcome: "done", round: 1 },
	});
	const cancelFlaws = (fromMs: number) =>
		judgeCancels(readHistory([lost, cancelled(fromMs), read({ id })])).length;
	expect(cancelFlaws(2)).toBe(0);
	expect(cancelFlaws(4)).toBe(1);
	const change = (atMs: number) =>
		changeFlaws([], lost, patch("x", atMs), patched("x", 4, "changed"));
	expect(change(2)).toBe(0);
	expect(change(4)).toBe(1);
	const removalFlaws = (atMs: number) =>
		judgeRemovals(
			readHistory([
				{ kind: "submit", atMs: 0, id, route: "r", priority: 5 },
				{ kind: "submitted", atMs: 1, id, outcome: "ok" },
				lost,
				{ kind: "remove", atMs, id },
				{ kind: "removed", atMs: 5, id, outcome: "done" },
				read({ id }),
			]),
		).length;
	expect(removalFlaws(2)).toBe(0);
	expect(removalFlaws(4)).toBe(1);
});

test("each request that means no round in particular opens one at most", () => {
	const retry: HistoryEvent = { kind: "retry", atMs: 1, id };
	const judge = (round: number, ...events: HistoryEvent[]) =>
		judgeRounds(readHistory([...events, read({ id, round })])).length;
	expect(judge(2, retry)).toBe(0);
	expect(judge(3, retry, retry)).toBe(0);
	expect(judge(3, retry)).toBe(1);
});

test("if a task's time was changed, only its newest attempt must have begun after it is due", () => {
	const attempts = [
		{ token: 1, node: "one", claimedMs: 10, end: "revoked" as const },
		{ token: 2, node: "one", claimedMs: 60, end: "success" as const },
	];
	const judge = (dueMs: number, isTimed: boolean) =>
		judgeTimes(
			readHistory([
				{ kind: "patch", atMs: 20, id, mark: "x", isTimed },
				read({ id, dueMs, attempts }),
			]),
		).length;
	expect(judge(50, true)).toBe(0);
	expect(judge(50, false)).toBe(1);
	expect(judge(70, true)).toBe(1);
});
