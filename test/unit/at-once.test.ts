/** How many tasks of a type nodes run at once, all together. */
import { expect, test } from "vitest";
import { atOnce } from "../../node/answers/registry-read.ts";
import type { NodeRecord } from "../../node/ports.ts";

const node = (
	nodeId: string,
	slots: number,
	concurrency?: Record<string, number>,
) => ({ record: { nodeId, slots, concurrency } as NodeRecord });

test.each([
	["nobody serves it", [], undefined],
	["one does", ["a"], 2],
	["several do, one with fewer slots than it may run", ["a", "b"], 5],
	["one of them says nothing", ["a", "c"], undefined],
])("the sum if %s", (_, servers, sum) => {
	const nodes = [
		node("a", 8, { t: 2, other: 1 }),
		node("b", 3, { t: 9 }),
		node("c", 8, { other: 1 }),
	];
	expect(atOnce("q|t|", servers, nodes)).toBe(sum);
});
