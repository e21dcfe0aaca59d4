/** What node and worker say to each other: jobs go whole, and what a worker says is checked before it is believed. */
import { expect, test } from "vitest";
import {
	type BurstToWorker,
	pushJob,
	readFromWorker,
	readToWorker,
} from "../../node/executor/burst.ts";
import type {
	FromWorker,
	JobInThread,
	ToWorker,
} from "../../node/executor/messages.ts";
import { RESULT_BYTES_MAX } from "../../protocol/limits.ts";
import { PLAIN, readOptions } from "../../protocol/task-options.ts";

/** The particulars, each of which makes a job one that is not plain. */
const PARTICULARS = { round: 2, failures: 1, retries: 3, timeoutMs: 9 };

function read(burst: unknown) {
	const heard: (FromWorker | [number, string, number])[] = [];
	const understood = readFromWorker(
		burst,
		(...success) => heard.push(success),
		(message) => heard.push(message),
	);
	return { heard, understood };
}

test("a worker gets jobs as they are, with their options, and all other messages", () => {
	const plain: JobInThread = {
		...{ id: "a", type: "t", payload: "null", options: PLAIN },
		...{ token: 7, attempt: 1, priority: 5, createdMs: 9 },
		...{ round: 1, failures: 0, retries: 0, timeoutMs: undefined },
	};
	const other = { ...plain, id: "b", options: readOptions('{"later":[1]}') };
	const ping: ToWorker = { kind: "ping" };
	const burst: BurstToWorker = [];
	pushJob(burst, 1, plain);
	burst.push(ping);
	pushJob(burst, 2, other);
	pushJob(burst, 3, plain);
	const particular = { ...plain, ...PARTICULARS };
	pushJob(burst, 4, particular);
	const heard: unknown[] = [];
	readToWorker(
		structuredClone(burst),
		(number, job) => heard.push([number, job]),
		(message) => heard.push(message),
	);
	expect(heard).toEqual([
		[1, plain],
		ping,
		[2, other],
		[3, plain],
		[4, particular],
	]);
});

const error = { code: "failed", message: "no" };
const failure = {
	...{ kind: "failure", number: 5, error, ranMs: 0 },
	...{ retry: undefined, retryAfterMs: undefined },
};
const loaded = {
	...{ kind: "loaded", types: ["noop"], settings: [], thread: undefined },
};

test.each<[unknown[]]>([
	[[]],
	[[5, "null", 0.5, 6, '{"a":1}', 0]],
	[[{ kind: "loaded", types: ["noop"], settings: [], thread: 5 }]],
	[
		[
			{
				...loaded,
				settings: [{ file: "f", type: "t", said: { retries: {} } }],
			},
		],
	],
	[[loaded]],
	[[{ kind: "unloadable", message: "m" }, { kind: "pong" }]],
	[[failure, 6, "1", 0]],
	[[{ ...failure, retry: false, retryAfterMs: 5 }]],
	[[{ kind: "snoozed", number: 5, afterMs: 1, ranMs: 0 }]],
	[[{ kind: "began", number: 5 }]],
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
	[[{ ...loaded, types: "all" }]],
	[[{ ...loaded, types: [5] }]],
	[[{ ...loaded, thread: "5" }]],
	[[{ ...loaded, settings: undefined }]],
	[[{ ...loaded, settings: [null] }]],
	[[{ ...loaded, settings: [{ type: "t", said: {} }] }]],
	[[{ ...loaded, settings: [{ file: "f", type: "t", said: null }] }]],
	[[{ ...failure, retry: true }]],
	[[{ ...failure, retryAfterMs: "1s" }]],
	[[{ ...failure, retryAfterMs: -1 }]],
	[[{ kind: "snoozed", number: 5, afterMs: "1s", ranMs: 0 }]],
	[[{ kind: "snoozed", number: 5, afterMs: 1 }]],
	[[{ kind: "began", number: "5" }]],
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

test("messages before nonsense are heard, those after it are not", () => {
	expect(read([5, "1", 0, null, 6, "2", 0])).toEqual({
		heard: [[5, "1", 0]],
		understood: false,
	});
});
