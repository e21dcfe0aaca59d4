/** What becomes of what a task returns. */
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { returned } from "../../node/executor/worker/outcome.ts";
import { RESULT_BYTES_MAX } from "../../protocol/limits.ts";

class Named extends Map {}
class Row {
	size = 1;
	read() {}
}
class Private {
	#size = 1;
	get size() {
		return this.#size;
	}
}
class Tagged {
	size = 1;
	get [Symbol.toStringTag]() {
		return "Map";
	}
}

/** An error as the runtime makes it: its details are in properties of their own, except for the message. */
function systemError(): Error {
	try {
		readFileSync("/absent/file");
	} catch (error) {
		return error as Error;
	}
	throw new Error("/absent/file is there");
}

class NamedError extends Error {
	override name = "NamedError";
}
function withProperty(value: object, x: unknown = 1): object {
	return Object.assign(value, { x });
}

/** A text that is longer than what is looked through in any case. */
const LONG = "x".repeat(10_000);

test.each<[string, unknown, string]>([
	["a Map", new Map([[1, 2]]), "is a Map"],
	["a class that extends Map", new Named(), "is a Map"],
	[
		"a Set in a list in an object",
		{ rows: [new Set([1])] },
		"holds a Set at rows[0]",
	],
	[
		"a promise that nobody awaited",
		{ rows: Promise.resolve(1) },
		"holds a Promise at rows",
	],
	["an error", [new Error("lost")], "holds an Error at [0]"],
	["an error of the system", systemError(), "is an Error"],
	[
		"… in an object",
		{ ok: false, error: systemError() },
		"holds an Error at error",
	],
	[
		"… in a long result",
		[LONG, { reason: systemError() }],
		"holds an Error at [1].reason",
	],
	[
		"an error with a name of its own",
		[new NamedError("lost")],
		"holds an Error at [0]",
	],
	["a Map with properties", withProperty(new Map([[1, 2]])), "is a Map"],
	["… in an object", { rows: withProperty(new Map()) }, "holds a Map at rows"],
	["… that are long", withProperty(new Map(), LONG), "is a Map"],
	[
		"… deep in a long result",
		[LONG, { "a b": withProperty(new Map()) }],
		'holds a Map at [1]["a b"]',
	],
	["a Set with properties", withProperty(new Set([1])), "is a Set"],
	[
		"a promise with properties",
		[withProperty(Promise.resolve(1))],
		"holds a Promise at [0]",
	],
	[
		"headers",
		{ headers: new Headers({ a: "b" }) },
		"holds a Headers at headers",
	],
	["a generator", { rows: (function* () {})() }, "holds a Generator at rows"],
	["NaN", Number.NaN, "is NaN"],
	["NaN in an object", { mean: 0 / 0 }, "holds NaN at mean"],
	["NaN in a box", [Object(Number.NaN)], "holds NaN at [0]"],
	["an infinite number in a list", [1, -1 / 0], "holds -Infinity at [1]"],
	[
		"a date that is none",
		{ at: new Date("today") },
		"holds an invalid Date at at",
	],
	["a function in a list", [() => 1], "holds a function at [0]"],
	["a symbol in a list", [Symbol("a")], "holds a symbol at [0]"],
	["a symbol in an object", { a: 1, b: Symbol("a") }, "holds a symbol at b"],
	[
		"… in a long result",
		{ a: LONG, b: { c: Symbol("a") } },
		"holds a symbol at b.c",
	],
	["a symbol in a box", [Object(Symbol("a"))], "holds a Symbol at [0]"],
	[
		"a member named by a symbol",
		{ a: { [Symbol("a")]: 1, b: 2 } },
		"holds a member named by a symbol at a",
	],
	[
		"a private member",
		{ a: new Private() },
		"holds an object of a class that shows JSON no members at a",
	],
])(
	"a result that JSON would silently empty is refused: %s",
	(_, value, what) => {
		expect(returned(value)).toEqual({
			ok: false,
			error: {
				code: "result_not_json",
				message: `the result ${what}, which JSON cannot carry: return plain objects, lists, texts and finite numbers`,
			},
		});
	},
);

test.each<[string, unknown, string]>([
	["bytes", new Uint8Array([1]), "Uint8Array"],
	["no bytes", new Uint8Array(), "Uint8Array"],
	["numbers", new Float64Array([1, Number.NaN]), "Float64Array"],
	["a buffer", new ArrayBuffer(8), "ArrayBuffer"],
	["a shared buffer", new SharedArrayBuffer(8), "SharedArrayBuffer"],
	["a view", new DataView(new ArrayBuffer(8)), "DataView"],
	["a buffer with properties", withProperty(new ArrayBuffer(8)), "ArrayBuffer"],
])("a result that holds bytes is refused: %s", (_, value, kind) => {
	const a = /^[AEIOU]/.test(kind) ? "an" : "a";
	expect(returned({ text: LONG, parts: [value] })).toMatchObject({
		error: {
			message: `the result holds bytes or numbers in ${a} ${kind} at parts[0], which JSON cannot carry: return bytes as text, in base64 for instance`,
		},
	});
});

test.each<[string, unknown, string]>([
	["nothing", undefined, "null"],
	["null", null, "null"],
	["what is empty", { a: {}, b: [], c: null }, '{"a":{},"b":[],"c":null}'],
	["those words", ["null", "{}"], '["null","{}"]'],
	[
		"a date",
		{ at: new Date(0), no: null },
		'{"at":"1970-01-01T00:00:00.000Z","no":null}',
	],
	["undefined", { a: undefined, b: [undefined], c: {} }, '{"b":[null],"c":{}}'],
	["a method", { a: () => 1, b: null }, '{"b":null}'],
	["an object without a prototype", Object.create(null), "{}"],
	["an object of a class", { a: new Row() }, '{"a":{"size":1}}'],
	[
		"a member of a library, named by a symbol",
		Object.assign(new Row(), { [Symbol("state")]: 1 }),
		'{"size":1}',
	],
	["an object of another realm", [runInNewContext("({})")], "[{}]"],
	["minus zero, and a hole", [-0, undefined, 1], "[0,null,1]"],
	[
		"bytes with a form of their own",
		[Buffer.from("a")],
		'[{"type":"Buffer","data":[97]}]',
	],
	[
		"boxed values",
		[Object(1), Object(""), Object(false), null],
		'[1,"",false,null]',
	],
	["a class that is named like a Map", new Tagged(), '{"size":1}'],
	[
		"an error with a form of its own",
		Object.assign(new Error("told"), { toJSON: () => "told" }),
		'"told"',
	],
	["a form of its own", { toJSON: () => ({ size: null }) }, '{"size":null}'],
])("a result is kept as JSON has it: %s", (_, value, result) => {
	expect(returned(value)).toEqual({ ok: true, result });
});

test.each([
	["nothing", undefined],
	["a function", () => 1],
])("a result whose own form is no JSON is refused as that: %s", (_, form) => {
	expect(returned({ toJSON: () => form })).toEqual({
		ok: false,
		error: {
			code: "result_not_json",
			message: "what the result's toJSON returns is not JSON",
		},
	});
});

test("a result nested deeply is kept", () => {
	let value: unknown = {};
	for (let i = 0; i < 2_000; i += 1) value = [value];
	expect(returned(value)).toMatchObject({ ok: true });
});

test("a result that is too large is refused as that, whatever it holds", () => {
	const value = [new Map(), "x".repeat(RESULT_BYTES_MAX)];
	expect(returned(value)).toMatchObject({
		error: { code: "result_too_large" },
	});
});
