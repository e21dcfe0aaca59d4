import { expect, test } from "vitest";
import { judge } from "../checker/checker.ts";
import type { HistoryEvent } from "../checker/history.ts";
import {
	breaches,
	read,
	soundHistory,
	submitted,
	TERMS,
} from "./checker-history.ts";

test("a history in which all promises hold is found to be sound, and is counted", () => {
	expect(judge(soundHistory(), TERMS)).toEqual({
		...{ breaches: [], accepted: 1, ended: 1 },
		...{ lostToTheStore: 0, attempts: 2, overlaps: 0 },
	});
});

test("an accepted task that is not there is missed", () => {
	expect(
		breaches([
			...submitted("a", 0, "ok"),
			{ kind: "absent", atMs: 200, id: "a" },
		]),
	).toEqual([
		"every accepted task is there, and nothing else: a was accepted at 1 ms, and is gone",
	]);
});

test("a task accepted before the store lost writes is counted as lost, one accepted after it is missed", () => {
	const history: HistoryEvent[] = [
		...submitted("a", 0, "ok"),
		{ kind: "lost-writes", atMs: 10 },
		...submitted("b", 20, "ok"),
		{ kind: "absent", atMs: 200, id: "a" },
		{ kind: "absent", atMs: 200, id: "b" },
	];
	expect(judge(history, TERMS).lostToTheStore).toBe(2);
	expect(breaches(history)).toEqual([
		"every accepted task is there, and nothing else: b was accepted at 21 ms, and is gone",
	]);
});

test("a task that ran may be discarded once it has ended, one that never started may not", () => {
	const history: HistoryEvent[] = [
		...submitted("a", 0, "ok"),
		...submitted("b", 0, "ok"),
		{ kind: "start", atMs: 50, id: "a", token: 1, node: "one" },
		{ kind: "stop", atMs: 60, id: "a", token: 1, node: "one" },
		{ kind: "forgotten", atMs: 100, id: "a", why: "trimmed" },
		{ kind: "forgotten", atMs: 100, id: "b", why: "trimmed" },
		{ kind: "absent", atMs: 200, id: "a" },
		{ kind: "absent", atMs: 200, id: "b" },
	];
	expect(judge(history, TERMS).lostToTheStore).toBe(0);
	expect(breaches(history)).toEqual([
		"every accepted task is there, and nothing else: b was accepted at 1 ms, and is gone",
	]);
});

test("a task whose submission is not answered may be there or not", () => {
	const asked = submitted("a", 0, "unknown");
	expect(breaches([...asked, { kind: "absent", atMs: 200, id: "a" }])).toEqual(
		[],
	);
	expect(breaches([...asked, ...soundHistory().slice(2)])).toEqual([]);
});

test("a refused task must not be there, nor one that nobody submitted", () => {
	const rest = soundHistory().slice(2);
	expect(breaches([...submitted("a", 0, "refused"), ...rest])).toEqual([
		"every accepted task is there, and nothing else: a was refused to all who submitted it, and is there",
	]);
	expect(breaches(rest)).toEqual([
		"every accepted task is there, and nothing else: a was never submitted, and is there",
	]);
});

test("a task that has not ended after all has healed is reported with its state", () => {
	const waiting = read({
		...{ atMs: 10_200, state: "PENDING" },
		attempts: [
			{ token: 1, node: "one", end: "lease-lost" },
			{ token: 2, node: "two", end: "lease-lost" },
		],
	});
	expect(breaches([...soundHistory().slice(0, 8), waiting])).toEqual([
		"everything ends in bounded time: a is still PENDING 10120 ms after all has healed",
	]);
});

test("a task that is still run after its bound has ended too late", () => {
	expect(breaches(soundHistory(), { drainMs: 5 })).toEqual([
		"everything ends in bounded time: a was still run 10 ms after all has healed",
	]);
});

test("a token that was seen before is reported with both of its holders", () => {
	const history = soundHistory();
	history[4] = { kind: "start", atMs: 60, id: "a", token: 1, node: "two" };
	expect(breaches(history)).toContain(
		"tokens are unique and rise: a was started by two at 60 ms with token 1, after one at 5 ms with token 1",
	);
});

test("a lower token after a higher one is excused only if its holder may have started late", () => {
	const history: HistoryEvent[] = [
		...submitted("a", 0, "ok"),
		{ kind: "start", atMs: 60, id: "a", token: 2, node: "two" },
		{ kind: "stop", atMs: 90, id: "a", token: 2, node: "two" },
		{ kind: "start", atMs: 95, id: "a", token: 1, node: "one" },
		{ kind: "stop", atMs: 99, id: "a", token: 1, node: "one" },
	];
	const cutOff = (untilMs: number): HistoryEvent => ({
		...{ kind: "impaired", node: "one", why: "cut-off", fromMs: -500, untilMs },
	});
	const broken = [
		"tokens are unique and rise: a was started by one at 95 ms with token 1, after two at 60 ms with token 2",
	];
	const judged = (...more: HistoryEvent[]) =>
		breaches([...history, ...more]).filter((each) => each.startsWith("tokens"));
	expect(judged()).toEqual(broken);
	expect(judged(cutOff(-110))).toEqual(broken);
	expect(judged(cutOff(-100))).toEqual([]);
});

test("a result that is not of the newest attempt is found out", () => {
	expect(
		breaches([
			...soundHistory().slice(0, 8),
			{ kind: "effect", atMs: 70, id: "a", token: 1, node: "one" },
			read({ resultToken: 1 }),
		]),
	).toEqual([
		"a result is taken from its newest token only: a has the result of token 1, and its newest attempt has 2",
	]);
});

test("a result without the work that it claims is found out", () => {
	const history = soundHistory().filter(({ kind }) => kind !== "effect");
	expect(breaches(history)).toEqual([
		"a result is taken from its newest token only: a has a result of token 2, which did not do its work",
	]);
});

test("an attempt that started after the task had ended for good is found out", () => {
	expect(
		breaches([
			...soundHistory(),
			{ kind: "start", atMs: 95, id: "a", token: 3, node: "one" },
			{ kind: "stop", atMs: 99, id: "a", token: 3, node: "one" },
		]),
	).toEqual([
		"a result is taken from its newest token only: a has the result of token 2, and one started token 3 at 95 ms",
		"what is told of attempts is so: a began on one at 95 ms (token 3), which its attempts do not tell",
	]);
});

test("a task that had ended does not change any more", () => {
	const changed = read({ atMs: 900, state: "FAILURE", errorCode: "failed" });
	expect(breaches([...soundHistory().slice(0, 9), changed])).toContain(
		"only listed transitions happen: a had ended as SUCCESS by token 2 (result of 2) at 200 ms, and is FAILURE by token 2 (result of 2) at 900 ms",
	);
});

test.each([
	["success", "SUCCESS", []],
	[
		"handed-back",
		"FAILURE",
		["token 2 ended by handed-back, and then it was FAILURE"],
	],
	["success", "FAILURE", ["token 2 ended by success, and then it was FAILURE"]],
	[undefined, "STARTED", []],
	[undefined, "PENDING", ["is PENDING, and its token 2 never ended"]],
	[
		"lease-lost",
		"STARTED",
		["token 2 ended by lease-lost, and then it was STARTED"],
	],
] as const)(
	"after an attempt that ended by %s, %s is judged by the table of transitions",
	(end, state, expected) => {
		const attempts = [
			{ token: 1, node: "one", end: "crashed" as const },
			{ token: 2, node: "two", ...(end === undefined ? {} : { end }) },
		];
		const found = breaches([
			...soundHistory().slice(0, 7),
			read({ state, attempts }),
		]);
		for (const what of expected) expect(found.join("\n")).toContain(what);
		if (expected.length === 0) expect(found).toEqual([]);
	},
);

test("a task that takes down node after node is found out, unless it was given back or the store forgot", () => {
	const kills = (times: number): HistoryEvent[] =>
		Array.from({ length: times }, (_, token) => ({
			...{ kind: "kill", atMs: token, id: "a", token, node: "one" },
		}));
	const found = (...events: HistoryEvent[]) =>
		breaches(events).filter((breach) => breach.includes("took down"));
	expect(found(...kills(3))).toEqual([]);
	expect(found(...kills(4))).toEqual([
		"a task that ends its node takes down 3 at most: a took down 4 nodes: one (token 0), one (token 1), one (token 2), one (token 3)",
	]);
	const givenBack = { token: 9, node: "one", end: "handed-back" } as const;
	expect(found(...kills(4), read({ attempts: [givenBack] }))).toEqual([]);
	expect(found(...kills(4), { kind: "lost-writes", atMs: 1 })).toEqual([]);
	const deletion = (atMs: number): HistoryEvent => ({
		...{ kind: "forgotten", why: "deleted", id: "a", atMs },
	});
	expect(found(...kills(6), deletion(2.5))).toEqual([]);
	expect(found(...kills(6), deletion(1.5))).toHaveLength(1);
});

test("a flaw is a breach in itself", () => {
	expect(breaches([{ kind: "flaw", atMs: 1, what: "node one died" }])).toEqual([
		"nothing crashes or leaks: node one died",
	]);
});

test("a stopping node is gone by its bound, not counting what it was paused; one that never ends is found out", () => {
	const stopping: HistoryEvent = {
		...{ kind: "stopping", atMs: 1_000, node: "one", withinMs: 3_000 },
	};
	const stopped = (atMs: number): HistoryEvent => ({
		...{ kind: "stopped", node: "one", atMs },
	});
	const judged = (...more: HistoryEvent[]) =>
		breaches([...soundHistory(), stopping, ...more]);
	expect(judged(stopped(3_900))).toEqual([]);
	expect(judged(stopped(5_000))).toEqual([
		"a stopping node is gone by its bound: one, told to stop at 1000 ms, took 4000 ms instead of 3000",
	]);
	expect(
		judged(stopped(5_000), {
			...{ kind: "impaired", node: "one", why: "paused" },
			...{ fromMs: 500, untilMs: 2_500 },
		}),
	).toEqual([]);
	expect(judged()).toEqual([
		"a stopping node is gone by its bound: one, told to stop at 1000 ms, never ended",
	]);
});
