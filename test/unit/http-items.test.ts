/** How many items a body has, counted before it is parsed. */
import { expect, test } from "vitest";
import { countItems } from "../../node/http/door/items.ts";
import {
	UNSENT_ITEM_BYTES,
	UNSENT_MANY_ITEMS_BYTES_MAX,
} from "../../protocol/limits.ts";

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

test.each([
	["an array", (items: number) => `[${"1,".repeat(items)}1]`, false],
	["lines", (items: number) => "\n".repeat(items), true],
] as const)(
	"no more items of %s are counted than there is ever room for",
	(_, text, hasLines) => {
		const max = UNSENT_MANY_ITEMS_BYTES_MAX / UNSENT_ITEM_BYTES;
		let read = 0;
		const body = new Proxy(bytesOf(text(8 * max)), {
			get(bytes, name) {
				const value = Reflect.get(bytes, name, bytes);
				if (typeof value !== "function") read += 1;
				if (name !== "indexOf") return value;
				return (...of: [number, number]) => {
					read += 1;
					return bytes.indexOf(...of);
				};
			},
		});
		expect(countItems(body, hasLines)).toBe(max);
		expect(read).toBeLessThan(5 * max);
	},
);
