/**
 * Which JSON is sound, and that it is read as JSON.parse reads it.
 */
import { expect, test } from "vitest";
import { parseJson } from "../../node/http/door/json.ts";
import { JSON_DEPTH_MAX } from "../../protocol/limits.ts";

const parse = (text: string) => parseJson(Buffer.from(text));

test.each([
	'{"a":1,"b":{"a":1,"c":[{"a":1},{"a":2}]}}',
	'{":":":","\\"":"\\\\\\":","[{":"]}"}',
	'"\\\\"',
	'"a\\":\\\\\\"b"',
	'{"constructor":"a builder","prototype":1}',
	'{"":0,"1":[],"0":{}}',
	"-0.5e-3",
	"null",
])("sound JSON is read as JSON.parse reads it: %s", (text) => {
	expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) });
});

test.each([
	['{"a":1,"a":1}', "a", "a"],
	['{"a":{"a":1},"b":[{"a":1},{"a":1}],"b":1}', "b", "b"],
	['[{"b":[]},{"b":[7,{"a":"[,{","a":1}]}]', "a", "[1].b[1].a"],
	['{"c":[[],[{}],"x"], "\\u0061" : 1 ,\n"a":1}', "a", "a"],
	['[0,{"":1,"x":{},"":2}]', "", "[1]."],
])("a name that occurs twice is refused and told: %s", (text, name, field) => {
	expect(parse(text)).toEqual({
		ok: false,
		problem: {
			code: "invalid_json",
			detail: `The name "${name}" occurs twice in one object; each may occur once.`,
			field,
		},
	});
});

test("a long name that occurs twice is shown in short", () => {
	const name = "x".repeat(100_000);
	const parsed = parse(`{"${name}":{"${name}":1,"${name}":2}}`);
	expect(JSON.stringify(parsed).length).toBeLessThan(600);
});

test("nesting is allowed to the limit, counted over objects and arrays", () => {
	const nested = (depth: number) =>
		`${'[{"a":'.repeat(depth / 2)}0${"}]".repeat(depth / 2)}`;
	expect(parse(nested(JSON_DEPTH_MAX)).ok).toBe(true);
	expect(parse(nested(JSON_DEPTH_MAX + 2)).ok).toBe(false);
	expect(parse(`"${"[".repeat(1_000)}"`).ok).toBe(true);
});

test("a byte order mark in front is no part of the JSON", () => {
	expect(parse("\ufeff[1]")).toEqual({ ok: true, value: [1] });
});

test.each([
	["9007199254740993", undefined],
	['{"a":[-9007199254740993]}', "a[0]"],
	["123456789012345678901", undefined],
	["[1,123456789012345678901234567890]", "[1]"],
	['[{"a":1,"b":{"c":-1234567890123456789012}}]', "[0].b.c"],
	// The double is this very number, but it would be shown as …970.
	["36028797018963968", undefined],
])("a whole number that would be changed is refused: %s", (text, field) => {
	const parsed = parse(text);
	expect(parsed).toMatchObject({
		ok: false,
		problem: { code: "invalid_json", detail: /2\^53/ },
	});
	expect(!parsed.ok && parsed.problem.field).toBe(field);
});

test.each([
	"9007199254740991",
	"-9007199254740991",
	"-9007199254740992",
	"1e300",
	"0.1",
	"1e21",
	"1E20",
	"1.2345678901234567890123e+29",
	"0.12345678901234567890123",
	"-12345678901234567890.5",
	"10000000000000000000000",
	"123456789012345680000",
	'"123456789012345678901234567890"',
])("a number that is kept, or counts nothing exactly, is taken: %s", (text) => {
	expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) });
});

test("digits without end are a number that is too large", () => {
	expect(parse(`[${"9".repeat(1_000)}]`)).toMatchObject({
		ok: false,
		problem: { detail: /too large/, field: "[0]" },
	});
});
