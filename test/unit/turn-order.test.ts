/** Whose turn it is to claim announced work. */
import { expect, test } from "vitest";
import { type Candidate, turnOf } from "../../protocol/turn.ts";

const CANDIDATES: readonly Candidate[] = ["ann", "bob", "cid"].map(
	(nodeId) => ({ nodeId, freeSlots: 4 }),
);

/** The nodes by their turns, for one task that came to `origin`. */
function orderOf(candidates: readonly Candidate[], key: string, origin = "") {
	const announced = { key, count: 1, origin };
	return candidates
		.map(({ nodeId }) => nodeId)
		.toSorted(
			(a, b) =>
				(turnOf(a, announced, candidates, 9) ?? 9) -
				(turnOf(b, announced, candidates, 9) ?? 9),
		);
}

test("the node to which a task came is first; if it came to none of them, each node is first for some tasks", () => {
	expect(orderOf(CANDIDATES, "a", "bob")[0]).toBe("bob");
	const keys = Array.from({ length: 50 }, (_, i) => `task-${i}`);
	const firsts = keys.map((key) => orderOf(CANDIDATES, key)[0]);
	expect(new Set(firsts)).toEqual(new Set(["ann", "bob", "cid"]));
});

test("a node that may soon be taken away is last, even if the task came to it", () => {
	const atRisk = CANDIDATES.map((each) =>
		each.nodeId === "bob" ? { ...each, freeSlots: 4_000, atRisk: true } : each,
	);
	for (let i = 0; i < 50; i++) {
		expect(orderOf(atRisk, `task-${i}`).at(-1)).toBe("bob");
		expect(orderOf(atRisk, `task-${i}`, "bob").at(-1)).toBe("bob");
	}
});
