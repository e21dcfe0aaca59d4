/** How many items a body has, counted before it is parsed. */
import { expect, test } from "vitest";
import { countItems } from "../../node/http/door/items.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

test.each([
	['{"type":"t","tags":[1,2,3]}', 1],
	["[]", 1],
	[" \n[1]", 1],
	["[1,2,3]", 3],
	['[{"a":[1,2],"b":{"c":1,"d":2}},{"a":1}]', 2],
	['["a,b","[","\\",\\\\",7]', 4],
	['[{"id":"ü,€"},1,"unfinished,', 3],
	[JSON.stringify(Array(5_000).fill({ type: "t", payload: ",]" })), 5_000],
])("of JSON: %s", (text, items) => {
	expect(countItems(bytesOf(text), false)).toBe(items);
});

test.each([
	['{"type":"t"}', 1],
	['{"type":"t"}\n{"type":"t"}\n', 3],
	["\n\n", 3],
])("of lines: %j", (text, lines) => {
	expect(countItems(bytesOf(text), true)).toBe(lines);
});
