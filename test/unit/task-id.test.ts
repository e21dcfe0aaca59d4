/** Ids of tasks: which texts are ids, and to which shard they lead. */
import { expect, test } from "vitest";
import { hash32, shardOf } from "../../protocol/shard.ts";
import { homeOf, isTaskId } from "../../protocol/task-id.ts";

test.each([
	["a", true],
	["a~b", true],
	["a~", true],
	["a~~b~c", true],
	[".~a", true],
	["-5", true],
	["x".repeat(128), true],
	["x".repeat(129), false],
	["", false],
	["~", false],
	["~a", false],
	[".", false],
	["..", false],
	["a b", false],
	["a\n", false],
	["ä", false],
	["a|b", false],
])("whether %j can be an id: %s", (text, is) => {
	expect(isTaskId(text)).toBe(is);
});

test.each([
	["a", "a"],
	["a~b", "a"],
	["a~b~c", "a"],
	["a~", "a"],
])("%s is at home at %s", (id, home) => {
	expect(homeOf(id)).toBe(home);
	for (const shards of [2, 3, 4, 16])
		expect(shardOf(id, shards)).toBe(hash32(home) % shards);
});

test("ids without `~` are in the shard where they always were", () => {
	const shards = ["a", "task-1", "01k9f7q2vabcdefghjkm", "idem-0123"].map(
		(id) => shardOf(id, 4),
	);
	expect(shards).toEqual([0, 2, 2, 1]);
});
