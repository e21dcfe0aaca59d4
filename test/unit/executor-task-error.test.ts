/** What is reported of what a task threw, with its causes, within bounds. */
import { describe, expect, test } from "vitest";
import { taskErrorOf } from "../../node/executor/worker/task-error.ts";
import {
	ERROR_CAUSE_CHARS_MAX,
	ERROR_CAUSES_DEPTH_MAX,
	ERROR_CAUSES_MAX,
	ERROR_MESSAGE_CHARS_MAX,
} from "../../protocol/limits.ts";
import type { TaskError } from "../../protocol/task.ts";
import { errorChars, readTaskError } from "../../protocol/task-error.ts";

/** What is reported of a thrown value, without stacks, which are not the point. */
function told(thrown: unknown): TaskError {
	return JSON.parse(JSON.stringify(taskErrorOf(thrown)), (key, value) =>
		key === "stack" ? undefined : value,
	);
}

function count(error: TaskError): number {
	const { cause, errors = [] } = error;
	const led = cause === undefined ? errors : [cause, ...errors];
	return led.reduce((sum, each) => sum + count(each), 1);
}

const failed = (message: string) => ({ code: "failed", message });
const throwing = (message: string) => () => {
	throw new Error(message);
};

test("the cause of an error is included, with its own code and cause", () => {
	const refused = Object.assign(new Error("connect ECONNREFUSED ::1:80"), {
		code: "ECONNREFUSED",
	});
	const cause = new Error("no connection", { cause: refused });
	expect(told(new TypeError("fetch failed", { cause }))).toEqual({
		...failed("fetch failed"),
		cause: {
			...failed("no connection"),
			cause: { code: "ECONNREFUSED", message: "connect ECONNREFUSED ::1:80" },
		},
	});
});

test("the errors of an AggregateError are included, whatever they are", () => {
	const errors = [new Error("one"), "two", { three: 3 }, null];
	expect(told(new AggregateError(errors, "all failed"))).toEqual({
		...failed("all failed"),
		errors: ["one", "two", "{ three: 3 }", "null"].map(failed),
	});
});

test("each error has its stack, cut", () => {
	const cause = new Error("x".repeat(10 * ERROR_CAUSE_CHARS_MAX));
	const error = taskErrorOf(new Error("a", { cause }));
	expect(error.stack).toMatch(/executor-task-error/);
	expect(error.cause?.message).toHaveLength(ERROR_CAUSE_CHARS_MAX);
	expect(error.cause?.stack).toHaveLength(ERROR_CAUSE_CHARS_MAX);
});

describe("bounds", () => {
	test("a chain is followed to a depth, and it is said that there is more", () => {
		let error = new Error("first");
		for (let i = 0; i < 100; i += 1)
			error = new Error(`${i}`, { cause: error });
		let last: TaskError | undefined = told(error);
		expect(count(last)).toBe(ERROR_CAUSES_DEPTH_MAX + 2);
		while (last?.cause !== undefined) last = last.cause;
		expect(last).toEqual({
			code: "left_out",
			message: "what led to it is left out",
		});
	});

	test("a limited number of errors is reported, and how many more there are", () => {
		const errors = Array.from({ length: 100 }, (_, i) => new Error(`${i}`));
		const error = told(new AggregateError(errors, "all"));
		expect(error.errors).toHaveLength(ERROR_CAUSES_MAX + 1);
		expect(error.errors?.at(-1)).toEqual({
			code: "left_out",
			message: `${100 - ERROR_CAUSES_MAX} more errors are left out`,
		});
	});

	test("a tree of errors is bounded as a whole", () => {
		const grow = (depth: number): Error =>
			new AggregateError(
				depth === 0 ? [] : Array.from({ length: 9 }, () => grow(depth - 1)),
				"x".repeat(9_000),
				{ cause: new Error("x".repeat(9_000)) },
			);
		const error = structuredClone(taskErrorOf(grow(4)));
		expect(count(error)).toBeLessThanOrEqual(2 * ERROR_CAUSES_MAX + 1);
		expect(errorChars(error)).toBeLessThan(50_000);
		expect(readTaskError(error)).toEqual(error);
	});

	test("errors that lead to one another are reported once", () => {
		const a = new Error("a");
		const b = new AggregateError([a], "b", { cause: a });
		a.cause = b;
		const circular = { code: "circular", message: "an error told of above" };
		expect(told(a)).toEqual({
			...failed("a"),
			cause: { ...failed("b"), cause: circular, errors: [circular] },
		});
	});

	test("an error that two have in common is reported with each", () => {
		const both = new Error("both");
		expect(told(new AggregateError([both], "a", { cause: both }))).toEqual({
			...failed("a"),
			cause: failed("both"),
			errors: [failed("both")],
		});
	});
});

describe("hostile errors", () => {
	test.each<[string, object, object]>([
		[
			"a getter of the cause",
			{
				get cause() {
					return throwing("no")();
				},
			},
			failed("told"),
		],
		[
			"a getter of the errors",
			{
				get errors() {
					return throwing("no")();
				},
			},
			failed("told"),
		],
		["errors that are none", { errors: "many" }, failed("told")],
		["no cause", { cause: null }, failed("told")],
		[
			"a cause that cannot be looked at",
			{
				cause: new Proxy(
					{},
					{ get: throwing("no"), getPrototypeOf: throwing("no") },
				),
			},
			{ ...failed("told"), cause: { code: "failed" } },
		],
		[
			"errors that cannot be looked at",
			{ errors: new Proxy([1], { get: throwing("no") }) },
			failed("told"),
		],
		[
			"errors without end",
			{
				errors: new Proxy([], {
					get: (_, name) => (name === "length" ? 1e9 : new Error("e")),
				}),
			},
			{ ...failed("told") },
		],
		["errors that were taken back", { errors: revoked() }, failed("told")],
	])("%s", (_, members, expected) => {
		const error = new Error("told");
		for (const [name, each] of Object.entries(
			Object.getOwnPropertyDescriptors(members),
		))
			Object.defineProperty(error, name, each);
		expect(told(error)).toMatchObject(expected);
	});

	test("an error whose own message throws is described", () => {
		const error = Object.defineProperty(new Error(), "message", {
			get: throwing("no"),
		});
		const { code, message } = taskErrorOf(error);
		expect(code).toBe("failed");
		expect(message.length).toBeLessThanOrEqual(ERROR_MESSAGE_CHARS_MAX);
	});
});

function revoked(): object {
	const { proxy, revoke } = Proxy.revocable([], {});
	revoke();
	return proxy;
}

describe("an error that comes from elsewhere", () => {
	test.each<[unknown, TaskError | undefined]>([
		[null, undefined],
		["text", undefined],
		[{ code: 1, message: "m" }, undefined],
		[{ code: "c" }, undefined],
		[
			{ code: "c", message: "m", stack: 5, cause: "no", errors: {} },
			{ code: "c", message: "m" },
		],
		[
			{
				code: "c",
				message: "m",
				cause: { code: "d", message: "n" },
				errors: [null, { code: "e", message: "o" }],
			},
			{
				code: "c",
				message: "m",
				cause: { code: "d", message: "n" },
				errors: [{ code: "e", message: "o" }],
			},
		],
	])("%j is read as far as it is one", (value, expected) => {
		expect(readTaskError(value)).toEqual(expected);
	});

	test("it is cut if it is deeper, or has more errors, than allowed", () => {
		let deep: object = failed("x");
		for (let i = 0; i < 10_000; i += 1) deep = { ...failed("x"), cause: deep };
		expect(count(readTaskError(deep) as TaskError)).toBeLessThan(20);
		const wide = { ...failed("x"), errors: Array(10_000).fill(failed("y")) };
		expect(count(readTaskError(wide) as TaskError)).toBeLessThan(40);
	});
});
