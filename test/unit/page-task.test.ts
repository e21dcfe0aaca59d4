/** What the page says of a task, worked out without a browser: its times, its texts, its filters. */
import { describe, expect, test } from "vitest";
import { saidOf, timeAxis } from "../../dashboard/charts/time-axis.ts";
import { timesOf } from "../../dashboard/words/attempts.ts";
import { detailsOf, toneOf } from "../../dashboard/words/event-line.ts";
import {
	chipsIn,
	lineOf,
	readEventFilter,
	readTaskFilter,
	TASK_FILTERS,
} from "../../dashboard/words/filters.ts";
import { jsonFlaw } from "../../dashboard/words/json-flaw.ts";
import {
	laidOut,
	memberOf,
	readExactly,
} from "../../dashboard/words/json-text.ts";
import {
	againOf,
	curlOf,
	stackOf,
	whyWaits,
} from "../../dashboard/words/task.ts";

const BIG = "9007199254740993";

describe("JSON as it was written", () => {
	const payload = `{"n":${BIG},"t":"a \\"}, \\"payload\\":1","e":[{}, [] ]}`;
	const text = `{"id":"payload","attempts":[{"payload":2}],"payload":${payload},"result":1.0}`;

	test("a member is cut out, whatever looks like it in texts and in what is below", () => {
		expect(memberOf(text, "payload")).toBe(payload);
		expect(memberOf(text, "result")).toBe("1.0");
		expect(memberOf(text, "error")).toBeUndefined();
		expect(memberOf("{}", "a")).toBeUndefined();
		expect(memberOf(' { "a" : [1 , 2] , "b" : null } ', "a")).toBe("[1 , 2]");
	});

	test("it is laid out without reading a number", () => {
		expect(laidOut(payload)).toBe(
			`{\n  "n": ${BIG},\n  "t": "a \\"}, \\"payload\\":1",\n  "e": [\n    {},\n    []\n  ]\n}`,
		);
		expect(laidOut("1e999")).toBe("1e999");
	});

	test("brackets without end, as many as a payload can have, are left as they are", () => {
		const deep = "[".repeat(131_072) + "]".repeat(131_072);
		expect(laidOut(deep)).toBe(deep);
	});

	test.each([
		...['{"a":1', "[1,]", '{"a":1,}', "[1 2]", '{"a" 1}', "{a:1}"],
		...["01", "'a'", '"a', '"\\x"', '"\n"', "1 1", "tru", "[}", "{]", "-"],
	])("%s has a flaw with a place", (text) => {
		expect(() => JSON.parse(text)).toThrow();
		expect(jsonFlaw(text)).toMatch(/in line \d, column \d+, /);
	});

	test.each(["1e5", ' {"a": [ ] , "b":{}}', '"\\u00e4"', "-0.5", "[[],{}]"])(
		"%s has none",
		(text) => expect(jsonFlaw(text)).toBeUndefined(),
	);

	test("text that is typed is written again as it was typed, and an error says where it is", () => {
		const read = readExactly(payload);
		expect(read.ok && JSON.stringify(read.value)).toBe(
			payload.replaceAll(", [] ", ",[]"),
		);
		expect(readExactly('{\n "a": }')).toEqual({
			ok: false,
			why: expect.stringMatching(/: in line 2, column 7, a value should/),
		});
		expect(readExactly(" ")).toEqual({
			ok: false,
			why: "There is no JSON: write null for none.",
		});
	});
});

const at = (ms: number) => new Date(1_000_000 + ms).toISOString();

function attempt(
	from: number,
	to: number | undefined,
	end: "revoked" | "failure" | "success",
	round = 1,
) {
	const ended = to === undefined ? {} : { endedAt: at(to), end };
	return { round, token: from, node: "n", claimedAt: at(from), ...ended };
}

describe("where a task's time went", () => {
	const base = { state: "SUCCESS", createdAt: at(0) } as const;

	test("waiting, loss and running add up to the whole", () => {
		const attempts = [
			attempt(100, 158, "revoked"),
			attempt(700, 900, "success"),
		];
		const times = timesOf({ ...base, attempt: 2, attempts }, Infinity);
		expect([times.waitedMs, times.lostMs, times.ranMs]).toEqual([
			...[642, 58, 200],
		]);
		expect(times.waits.map(({ kind }) => kind)).toEqual(["wait", "again"]);
		expect(times.attempts.map(({ number }) => number)).toEqual([1, 2]);
	});

	test("time between two rounds is not waiting, nor is time before the attempts that are kept", () => {
		const attempts = [
			attempt(100, 200, "failure"),
			attempt(5_000, 5_010, "failure", 2),
		];
		const times = timesOf({ ...base, attempt: 40, attempts }, Infinity);
		expect(times.waits.map(({ kind }) => kind)).toEqual(["ended"]);
		expect(times.waitedMs).toBe(0);
		expect(times.attempts.map(({ number }) => number)).toEqual([39, 40]);
	});

	test("a task that waits for its time, and then for its turn, does both", () => {
		const task = { ...base, state: "PENDING", attempt: 0 } as const;
		const nowMs = 1_000_400;
		const { waits } = timesOf({ ...task, dueAt: at(300), attempts: [] }, nowMs);
		expect(
			waits.map(({ kind, fromMs, toMs }) => [kind, toMs - fromMs]),
		).toEqual([
			["due", 300],
			["wait", 100],
		]);
	});

	test("clocks that differ make no time negative", () => {
		const attempts = [
			attempt(-50, -60, "failure"),
			attempt(-70, 20, "success"),
		];
		const times = timesOf({ ...base, attempt: 2, attempts }, 0);
		expect([times.waitedMs, times.lostMs, times.ranMs]).toEqual([0, 0, 20]);
	});
});

test("an hour of waiting leaves attempts of a tenth of a second to be seen", () => {
	const hour = 3_600_000;
	const busy = [
		{ fromMs: 0, toMs: 100 },
		{ fromMs: hour, toMs: hour + 100 },
	];
	const axis = timeAxis({ fromMs: 0, toMs: hour + 100 }, busy);
	expect(axis.shareOf(100)).toBeGreaterThan(0.2);
	expect(axis.shareOf(hour + 100)).toBe(1);
	expect(axis.breaks).toHaveLength(1);
	const shares = axis.ticks.map(({ share }) => share);
	expect(shares).toEqual(shares.toSorted((a, b) => a - b));
	expect(axis.ticks.at(-1)?.ms).toBe(hour + 100);
	expect(timeAxis({ fromMs: 5, toMs: 5 }, []).shareOf(5)).toBe(0);
});

describe("filters", () => {
	test.each([
		["state:failure type:flaky node:node-3 attempt:>1", undefined],
		["moved tag:a tag:b", undefined],
		["cat.jpg", undefined],
		['"two words"', undefined],
		['"moved"', undefined],
		["attempt:>=3", "attempt:>2"],
		['type:"a b" State:SUCCESS', 'type:"a b" state:success'],
		["type:a type:b", "type:b"],
		["http://x", '"http://x"'],
	])("%s", (line, meant = line) => {
		const read = readTaskFilter(line);
		expect(read.ok && lineOf(read.chips)).toBe(meant);
		// It means the same by way of the address.
		const query = new URLSearchParams(
			read.ok ? read.chips.map(({ name, value }) => [name, value]) : [],
		);
		expect(lineOf(chipsIn(query, TASK_FILTERS))).toBe(meant);
	});

	test.each([
		["state:lost", /names no state/],
		["attempt:2", /attempt:>1/],
		["since:soon", /names no time/],
	])("%s says what to write instead", (line, why) => {
		expect(readTaskFilter(line)).toEqual({
			ok: false,
			why: expect.stringMatching(why),
		});
	});

	test("a filter of events may name several, and a word alone names none", () => {
		const read = readEventFilter("kind:task.ended kind:node.dead");
		expect(read.ok && read.chips).toHaveLength(2);
		expect(readEventFilter("dead")).toMatchObject({ ok: false });
	});

	test("parts of an address that make no sense are left out", () => {
		const query = new URLSearchParams("state=LOST&moved=1&attemptMin=x&type=t");
		expect(lineOf(chipsIn(query, TASK_FILTERS))).toBe("type:t");
	});
});

describe("sentences", () => {
	test.each([
		[{ for: "slot", ahead: 0 }, "free slot; none is before it."],
		[{ for: "slot", ahead: 1 }, "free slot; 1 task is before it."],
		[{ for: "slot", ahead: 1_200 }, "1,200 tasks are before it."],
		[{ for: "retry" }, "It failed once, and waits for its next try."],
		[
			{ for: "unserved", missing: 'the type "x"' },
			'No live node has the type "x".',
		],
	] as const)("%o", (waiting, text) => {
		expect(whyWaits({ waiting, failures: 1 })).toContain(text);
	});

	test("a stack does not repeat its message", () => {
		const frames = "    at f (a.ts:1:2)";
		const error = { code: "failed", message: "no\nway" };
		expect(stackOf({ ...error, stack: `Error: no\nway\n${frames}` })).toBe(
			frames,
		);
		expect(stackOf({ ...error, stack: "Error: no\nway" })).toBeUndefined();
	});

	test("a command keeps quotation marks and numbers, and holds no token", () => {
		const task = { type: "t", queue: "default", labels: [], priority: 5 };
		const body = againOf(
			{ ...task, traceparent: "x" } as never,
			`{"it's":${BIG}}`,
		);
		expect(body).toBe(
			`{"type":"t","queue":"default","priority":5,"payload":{"it's":${BIG}}}`,
		);
		const curl = curlOf("http://a/b", body, true);
		expect(curl).toContain(`"payload":{"it'\\''s":${BIG}}`);
		expect(curl).toContain("Bearer $HEARSAY_TOKEN");
	});
});

describe("where the words of a stretch stand", () => {
	test.each([
		[[0, 0.5], 0, 1, { side: "in", from: 0, to: 0.5 }],
		[[0.1, 0.12], 0, 1, { side: "behind", from: 0.12, to: 1 }],
		[[0.9, 0.95], 0.2, 1, { side: "before", from: 0.2, to: 0.9 }],
	] as const)("%j between %d and %d", (own, before, next, said) => {
		expect(saidOf(own, before, next)).toEqual(said);
	});
});

test("an event says what is not in its columns", () => {
	expect(
		detailsOf({ kind: "task.put-back", end: "lease-lost", attempt: 1 }),
	).toBe("lease lost · attempt 1");
	expect(detailsOf({ kind: "reset", reason: "trimmed" })).toContain("missing");
	expect(detailsOf({ kind: "session.revoked", why: "now" })).toContain(
		"its node was dead",
	);
	const audit = { by: "ops", operation: "drainNode", target: "-" };
	expect(detailsOf({ kind: "audit", audit })).toBe("ops · drainNode");
	expect(toneOf({ kind: "task.ended", state: "FAILURE" })).toBe("FAILURE");
});
