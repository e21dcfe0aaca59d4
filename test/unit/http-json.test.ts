/**
 * Which JSON is sound, and that it is read as JSON.parse reads it.
 */
import { expect, test } from "vitest";
import { parseJson } from "../../node/http/json.ts";
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

test.each(['{"a":1,"a":1}', '[{"b":[{"a":1,"a":1}]}]', '{"\\u0061":1,"a":1}'])(
	"a name that occurs twice is refused: %s",
	(text) => {
		expect(parse(text)).toMatchObject({
			ok: false,
			problem: { code: "invalid_json", detail: /twice/ },
		});
	},
);

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
	"9007199254740993",
	'{"a":[-9007199254740992]}',
	"123456789012345678901",
])("a whole number that a double may change is refused: %s", (text) => {
	expect(parse(text)).toMatchObject({
		ok: false,
		problem: { code: "invalid_json", detail: /2\^53/ },
	});
});

test.each(["9007199254740991", "-9007199254740991", "1e300", "0.1", "1e21"])(
	"a number that is kept, or is no count of anything, is taken: %s",
	(text) => {
		expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) });
	},
);
