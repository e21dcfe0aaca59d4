/** Options of a task: what submissions ask for, what the store keeps, and when two tasks ask for the same. */
import Type from "typebox";
import { describe, expect, test } from "vitest";
import { isSameTask } from "../../protocol/same-task.ts";
import type { NewTask, TaskRecord } from "../../protocol/task.ts";
import {
	optionsOf,
	PLAIN,
	readOptions,
	UNREADABLE_OPTIONS,
	writeOptions,
} from "../../protocol/task-options.ts";
import { writeTask } from "../../protocol/view.ts";
import { newRecord } from "../fakes/task-record.ts";

/** Options such as there may be one day. */
const FIELDS = {
	colour: Type.Optional(Type.String()),
	marks: Type.Optional(Type.Array(Type.String())),
	weight: Type.Optional(Type.Integer()),
};
const WHEN_ABSENT = { colour: "red" };
const LATER = '{"marks":["a"],"weight":1}';

function taskOf(options: string, more: Partial<NewTask> = {}): NewTask {
	return {
		...{ id: "a", route: "q|t|", priority: 5, options: readOptions(options) },
		...{ payload: '{"x":1,"y":2}', ...more },
	};
}

describe("options of a submission", () => {
	test.each<[string, Record<string, unknown>, object]>([
		["none", { type: "t" }, {}],
		["those that it names", { weight: 0, marks: [] }, { weight: 0, marks: [] }],
		["none that says what its absence says", { colour: "red" }, {}],
		["one that says something else", { colour: "" }, { colour: "" }],
		["nothing that is none", { payload: 1, weight: 2 }, { weight: 2 }],
	])("are %s", (_, submitted, options) => {
		expect(optionsOf(submitted, FIELDS, WHEN_ABSENT)).toEqual(options);
	});

	test("are those of a plain task if there are none", () => {
		expect(optionsOf({ colour: "red" }, FIELDS, WHEN_ABSENT)).toBe(PLAIN);
		expect(optionsOf({ type: "t", labels: ["a"] })).toBe(PLAIN);
	});
});

describe("options in the store", () => {
	test("are nothing for a plain task, and are read as such", () => {
		expect(writeOptions(PLAIN)).toBe("");
		expect(readOptions("")).toBe(PLAIN);
	});

	test("are read as they were written, even those that only a later version knows", () => {
		expect(writeOptions(readOptions(LATER))).toBe(LATER);
	});

	test.each(["{broken", "null", "5", "[]", '"text"', " "])(
		"that are damaged are distinguished from all others: %s",
		(text) => {
			expect(readOptions(text)).toBe(UNREADABLE_OPTIONS);
		},
	);
});

describe("the same id", () => {
	test.each<[boolean, string, NewTask]>([
		[true, "with the same content", taskOf(LATER)],
		[
			true,
			"with options named in another order",
			taskOf('{"weight":1,"marks":["a"]}'),
		],
		[
			true,
			"with a payload in another order",
			taskOf(LATER, { payload: '{"y":2, "x":1}' }),
		],
		[false, "without options", taskOf("")],
		[false, "with fewer options", taskOf('{"weight":1}')],
		[false, "with another option", taskOf('{"marks":["a"],"weight":2}')],
		[false, "with another payload", taskOf(LATER, { payload: "1" })],
		[false, "with another priority", taskOf(LATER, { priority: 6 })],
		[false, "on another route", taskOf(LATER, { route: "q|u|" })],
	])("is the same task: %s, %s", (is, _, other) => {
		const task = taskOf(LATER);
		expect(isSameTask(task, other)).toBe(is);
		expect(isSameTask(other, task)).toBe(is);
	});
});

test("the same id is the same task in whatever trace it is sent again", () => {
	const trace = { traceparent: "00-a-b-01", tracestate: "x=1" };
	const task = taskOf("");
	const traced = { ...task, options: trace };
	expect(isSameTask(task, traced)).toBe(true);
	expect(isSameTask(traced, task)).toBe(true);
	const other = { ...task, options: { ...trace, delay: 1 } };
	expect(isSameTask(traced, other)).toBe(false);
});

test("a task is read with its options", () => {
	const record: TaskRecord = newRecord(taskOf(LATER), 1, 0);
	const onlooker = { missing: () => undefined, nameOf: () => undefined };
	expect(JSON.parse(writeTask(record, onlooker))).toMatchObject({
		...{ id: "a", priority: 5, marks: ["a"], weight: 1, state: "PENDING" },
		payload: { x: 1, y: 2 },
	});
});
