/** What a worker says is looked at before it is believed. */
import { expect, test } from "vitest";
import { readFromWorker } from "../../node/executor/burst.ts";
import type { FromWorker } from "../../node/executor/messages.ts";
import { RESULT_BYTES_MAX } from "../../protocol/limits.ts";

function read(burst: unknown) {
	const heard: (FromWorker | [number, string, number])[] = [];
	const understood = readFromWorker(
		burst,
		(...success) => heard.push(success),
		(message) => heard.push(message),
	);
	return { heard, understood };
}

const error = { code: "failed", message: "no" };

test.each<[unknown[]]>([
	[[]],
	[[5, "null", 0.5, 6, '{"a":1}', 0]],
	[[{ kind: "loaded", types: ["noop"] }]],
	[[{ kind: "unloadable", message: "m" }, { kind: "pong" }]],
	[[{ kind: "failure", number: 5, error, ranMs: 0 }, 6, "1", 0]],
	[[{ kind: "log", number: undefined, line: "l" }]],
	[[{ kind: "dying", culprit: 5, message: "m" }]],
])("%j is understood", (burst) => {
	const { heard, understood } = read(burst);
	expect(understood).toBe(true);
	expect(heard.flat()).toEqual(burst);
});

test.each<[unknown]>([
	[null],
	[undefined],
	["text"],
	[{ kind: "pong" }],
	[[null]],
	[["5", "null", 0]],
	[[5]],
	[[5, null, 0]],
	[[5, "", 0]],
	[[5, "x".repeat(RESULT_BYTES_MAX + 1), 0]],
	[[5, "null", Number.NaN]],
	[[5, "null", -1]],
	[[5.5, "null", 0]],
	[[{}]],
	[[[]]],
	[[{ kind: "hello" }]],
	[[{ kind: "loaded", types: "all" }]],
	[[{ kind: "loaded", types: [5] }]],
	[[{ kind: "unloadable" }]],
	[[{ kind: "failure", number: 5, error: { code: "failed" }, ranMs: 0 }]],
	[[{ kind: "failure", number: 5, error: null, ranMs: 0 }]],
	[[{ kind: "failure", number: 5, error, ranMs: "long" }]],
	[[{ kind: "failure", number: "5", error, ranMs: 0 }]],
	[[{ kind: "log", number: {}, line: "l" }]],
	[[{ kind: "log", number: 5, line: null }]],
	[[{ kind: "dying", culprit: "5", message: "m" }]],
	[[{ kind: "dying", culprit: 5 }]],
])("%j is dropped", (burst) => {
	expect(read(burst)).toEqual({ heard: [], understood: false });
});

test("what was said before nonsense is heard, what follows is not", () => {
	expect(read([5, "1", 0, null, 6, "2", 0])).toEqual({
		heard: [[5, "1", 0]],
		understood: false,
	});
});
