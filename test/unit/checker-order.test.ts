import { expect, test } from "vitest";
import type { HistoryEvent, ImpairedEvent } from "../checker/history.ts";
import { breaches, soundHistory, submitted } from "./checker-history.ts";

test("an overlap is excused while the earlier holder is paused, and for the time it takes to stop", () => {
	const overlapping = (untilMs: number, ...more: HistoryEvent[]) => {
		const history = soundHistory();
		history[3] = {
			kind: "stop",
			atMs: untilMs,
			id: "a",
			token: 1,
			node: "one",
		};
		return breaches([...history, ...more]);
	};
	const broken =
		"executions overlap only while a holder is paused: a ran on one (token 1) and on two (token 2) from 60 to 75 ms, and one could have known";
	const paused = (node: string, fromMs: number, untilMs: number) =>
		({ kind: "impaired", node, why: "paused", fromMs, untilMs }) as const;
	expect(overlapping(75)).toEqual([broken]);
	expect(overlapping(75, paused("two", 0, 100))).toEqual([broken]);
	expect(overlapping(75, paused("one", 65, 100))).toEqual([broken]);
	expect(overlapping(75, paused("one", 20, 80))).toEqual([]);
	// Awake since before it began, and not yet stopped: 100 ms are allowed.
	expect(overlapping(75, paused("one", -60, -40))).toEqual([broken]);
	expect(overlapping(75, paused("one", -60, -20))).toEqual([]);
});

test("an overlap is excused while calls that nothing ends keep a process that ran the earlier one, although others have not joined", () => {
	const history = soundHistory();
	history[3] = { kind: "stop", atMs: 75, id: "a", token: 1, node: "one" };
	const impaired = (
		why: "gone" | "cut-off",
		node: string,
		untilMs: number,
	): HistoryEvent => ({ kind: "impaired", why, node, fromMs: 40, untilMs });
	const judged = (...more: HistoryEvent[]) =>
		breaches([
			...history,
			{ kind: "opened", node: "two", atMs: -9_000 },
			...more,
		]);
	expect(judged(impaired("gone", "one", 75))).toEqual([]);
	expect(judged(impaired("gone", "one", 74))).toHaveLength(1);
	expect(judged(impaired("gone", "two", 75))).toHaveLength(1);
	expect(judged(impaired("cut-off", "one", 75))).toHaveLength(1);
});

test("a node that has joined beside a cut-off holder need not wait for the end of its lease if its address refuses", () => {
	const start = { kind: "start", id: "a" } as const;
	const judged = (...more: HistoryEvent[]) =>
		breaches([
			...submitted("a", 0, "ok"),
			{ ...start, atMs: 5, token: 1, node: "one" },
			{ ...start, atMs: 1_000, token: 2, node: "two" },
			{ kind: "stop", atMs: 5_000, id: "a", token: 1, node: "one" },
			{
				kind: "impaired",
				why: "cut-off",
				node: "one",
				fromMs: 10,
				untilMs: 5_000,
			},
			...more,
		]).filter((breach) => breach.startsWith("executions"));
	const opened = (atMs: number): HistoryEvent => ({
		...{ kind: "opened", node: "two", atMs },
	});
	const refusing = (node: string): HistoryEvent => ({
		...{ kind: "refusing", node, fromMs: 0, untilMs: 5_000 },
	});
	expect(judged(opened(999), refusing("one"))).toEqual([]);
	expect(judged(opened(1_001), refusing("one"))).toHaveLength(1);
	expect(judged(opened(-9_000), refusing("one"))).toHaveLength(1);
	expect(judged(opened(999), refusing("two"))).toHaveLength(1);
	expect(judged(opened(999))).toHaveLength(1);
});

test("a node that counts as dead and is paused before it has stopped may overlap until it wakes", () => {
	const judged = (
		{ fromMs, stopMs }: { fromMs: number; stopMs: number },
		why: ImpairedEvent["why"] = "paused",
		refusingMs = 0,
	) =>
		breaches([
			...submitted("a", 0, "ok"),
			{ kind: "start", atMs: 5, id: "a", token: 1, node: "one" },
			{ kind: "start", atMs: 1_000, id: "a", token: 2, node: "two" },
			{ kind: "stop", atMs: stopMs, id: "a", token: 1, node: "one" },
			{ kind: "stop", atMs: 20_000, id: "a", token: 2, node: "two" },
			{
				...{ kind: "refusing", node: "one" },
				...{ fromMs: refusingMs, untilMs: 5_000 },
			},
			{ kind: "impaired", node: "one", why, fromMs, untilMs: 10_000 },
		]).filter((breach) => breach.startsWith("executions"));
	expect(judged({ fromMs: 1_100, stopMs: 10_100 })).toEqual([]);
	expect(judged({ fromMs: 1_100, stopMs: 10_101 })).toHaveLength(1);
	// By its next pulse, and so much later as a task may take to stop, it has stopped.
	expect(judged({ fromMs: 2_700, stopMs: 10_100 })).toEqual([]);
	expect(judged({ fromMs: 2_701, stopMs: 10_100 })).toHaveLength(1);
	// A node that is only cut off stops as nobody answers it.
	expect(judged({ fromMs: 1_100, stopMs: 3_800 }, "cut-off")).toEqual([]);
	expect(judged({ fromMs: 1_100, stopMs: 3_801 }, "cut-off")).toHaveLength(1);
	// Nobody could take it for dead.
	const late = judged({ fromMs: 1_100, stopMs: 10_100 }, "paused", 1_001);
	expect(late).toHaveLength(1);
});

test("a node that counts as dead while a shard is away stops no later than one that is cut off", () => {
	const judged = (stopMs: number, awayMs: number) =>
		breaches([
			...submitted("a", 0, "ok"),
			{ kind: "start", atMs: 5, id: "a", token: 1, node: "one" },
			{ kind: "start", atMs: 1_000, id: "a", token: 2, node: "two" },
			{ kind: "stop", atMs: stopMs, id: "a", token: 1, node: "one" },
			{ kind: "stop", atMs: 20_000, id: "a", token: 2, node: "two" },
			{ kind: "refusing", node: "one", fromMs: 0, untilMs: 5_000 },
			{ kind: "shard-away", shard: 0, fromMs: awayMs, untilMs: 9_000 },
		]).filter((breach) => breach.startsWith("executions"));
	expect(judged(3_800, 1_100)).toEqual([]);
	expect(judged(3_801, 1_100)).toHaveLength(1);
	// Its pulse came before.
	expect(judged(2_700, 1_901)).toEqual([]);
	expect(judged(2_701, 1_901)).toHaveLength(1);
});

test("an execution that a store has lost with its last writes may overlap", () => {
	const history = soundHistory();
	history[3] = { kind: "stop", atMs: 75, id: "a", token: 1, node: "one" };
	const forgottenAt = (atMs: number) =>
		breaches([...history, { kind: "lost-writes", atMs }]);
	expect(forgottenAt(30)).toEqual([]);
	// The answer that began it may have been on its way for 2 s.
	expect(forgottenAt(-1_990)).toEqual([]);
	expect(forgottenAt(-2_000)).toHaveLength(1);
	expect(forgottenAt(76)).toHaveLength(1);
});

test("if one task runs at a time, a lower priority does not start before a higher one", () => {
	const run = (id: string, atMs: number): HistoryEvent[] => [
		{ kind: "start", atMs, id, token: atMs, node: "one" },
		{ kind: "stop", atMs: atMs + 1, id, token: atMs, node: "one" },
	];
	const asked = [
		...submitted("low", 0, "ok", 1),
		...submitted("high", 5, "ok", 9),
	];
	const judged = (events: HistoryEvent[]) =>
		breaches(events, { oneAtATimeWithinMs: 3 }).filter((breach) =>
			breach.startsWith("higher"),
		);
	expect(judged([...asked, ...run("low", 20), ...run("high", 30)])).toEqual([
		"higher priorities go first: low (priority 1) started at 20 ms, while high (priority 9) had been waiting since 6 ms",
	]);
	expect(judged([...asked, ...run("high", 20), ...run("low", 30)])).toEqual([]);
	expect(judged([...asked, ...run("low", 7), ...run("high", 30)])).toEqual([]);
});

test("within one priority, what came first starts first", () => {
	const asked = [
		...submitted("first", 0, "ok"),
		...submitted("second", 5, "ok"),
	];
	const start = (id: string, atMs: number): HistoryEvent => ({
		...{ kind: "start", atMs, id, token: atMs, node: "one" },
	});
	const found = breaches([...asked, start("second", 20), start("first", 30)], {
		oneAtATimeWithinMs: 3,
	});
	expect(found.some((breach) => breach.startsWith("higher"))).toBe(true);
});
