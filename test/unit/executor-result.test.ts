/** What becomes of what a task returns. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { returned } from "../../node/executor/worker/outcome.ts";
import { RESULT_BYTES_MAX } from "../../protocol/limits.ts";

class Named extends Map {}
class Empty {}
class Tagged {
	size = 1;
	get [Symbol.toStringTag]() {
		return "Map";
	}
}

/** As the runtime makes them: what it tells is in properties of its own, but for the message. */
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

/** Longer than what is gone through in any case. */
const LONG = "x".repeat(10_000);

test.each<[string, unknown, string]>([
	["a Map", new Map([[1, 2]]), "a Map"],
	["a class that extends Map", new Named(), "a Map"],
	["a Set in a list in an object", { rows: [new Set([1])] }, "a Set"],
	["a promise that nobody awaited", { rows: Promise.resolve(1) }, "a Promise"],
	["an error", [new Error("lost")], "an Error"],
	["an error of the system", systemError(), "an Error"],
	["… in an object", { ok: false, error: systemError() }, "an Error"],
	["… in a long result", [LONG, { reason: systemError() }], "an Error"],
	["an error with a name of its own", [new NamedError("lost")], "an Error"],
	["a Map with properties", withProperty(new Map([[1, 2]])), "a Map"],
	["… in an object", { rows: withProperty(new Map()) }, "a Map"],
	["… that are long", withProperty(new Map(), LONG), "a Map"],
	["a Set with properties", withProperty(new Set([1])), "a Set"],
	[
		"a promise with properties",
		[withProperty(Promise.resolve(1))],
		"a Promise",
	],
	["bytes with properties", withProperty(new ArrayBuffer(8)), "an ArrayBuffer"],
	["headers", { headers: new Headers({ a: "b" }) }, "a Headers"],
	["NaN", Number.NaN, "NaN"],
	["NaN in an object", { mean: 0 / 0 }, "NaN"],
	["an infinite number in a list", [1, -1 / 0], "-Infinity"],
	["NaN among floats", new Float64Array([1, Number.NaN]), "NaN"],
	["a function in a list", [() => 1], "a function"],
	["a symbol in a list", [Symbol("a")], "a symbol"],
])(
	"a result that JSON would empty without a word is refused: %s",
	(_, value, what) => {
		expect(returned(value)).toEqual({
			ok: false,
			error: {
				code: "result_not_json",
				message: `the result holds ${what}, which JSON cannot carry: return plain objects, lists, texts and finite numbers`,
			},
		});
	},
);

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
	["an object of a class", { a: new Empty() }, '{"a":{}}'],
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
	["no bytes", new Uint8Array(), "{}"],
	["a form of its own", { toJSON: () => ({ size: null }) }, '{"size":null}'],
])("a result is kept as JSON has it: %s", (_, value, result) => {
	expect(returned(value)).toEqual({ ok: true, result });
});

test("a result nested deeply is kept", () => {
	let value: unknown = {};
	for (let i = 0; i < 2_000; i += 1) value = [value];
	expect(returned(value)).toMatchObject({ ok: true });
});

test("a result that is too large is told as that, whatever it holds", () => {
	const value = [new Map(), "x".repeat(RESULT_BYTES_MAX)];
	expect(returned(value)).toMatchObject({
		error: { code: "result_too_large" },
	});
});
