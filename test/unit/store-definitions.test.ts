/** Each script is sent with what it needs of the shared definitions. */
import { expect, test } from "vitest";
import { neededOf, withoutComments } from "../../node/store/definitions.ts";
import { loadScripts } from "../../node/store/scripts.ts";

const SHARED = `-- Keys.
local call = redis.call
local A = 'a'
local AB = A .. 'b' -- b
-- Not named by anybody: C.
local C = 'c'
local function both(x)
  -- Adds C.
  return A .. x
end
local function alone() return C end
`;

test.each([
	["return 1", ""],
	["return call('GET', AB)", "local call|local A|local AB"],
	["return both('y')", "local A|local function both(x)|  return A .. x|end"],
	["return alone() .. A", "local A|local C|local function alone()"],
	["return AC", ""],
])("a script needs what it names, and what that needs: %s", (user, needed) => {
	const lines = neededOf(SHARED, user).trimEnd().split("\n");
	const begins = needed.split("|");
	expect(lines).toHaveLength(begins.length);
	for (const [i, begin] of begins.entries())
		expect(lines[i]?.slice(0, begin.length)).toBe(begin);
});

test("comments are left out, and nothing else that begins like one", () => {
	expect(withoutComments("-- a\nlocal a = 1\n  -- b\nreturn a -- c\n")).toBe(
		"local a = 1\nreturn a -- c\n",
	);
});

test("no script is sent with the name of a key that it does not use", () => {
	for (const { name, source } of Object.values(loadScripts()))
		for (const [, key = ""] of source.matchAll(/^local ([A-Z]+) = SHARD/gm))
			expect(source.match(new RegExp(`\\b${key}\\b`, "g")), name).not.toEqual([
				key,
			]);
});
