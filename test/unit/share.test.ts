/** How tasks are shared among nodes, as a table. */
import { expect, test } from "vitest";
import { shareOut, turnsAt } from "../../protocol/share.ts";

/** The free slots of so many, for each node; this node's first. */
type Slots = readonly (readonly [free: number, slots: number])[];

function shared(count: number, slots: Slots): readonly number[] | undefined {
	const rooms = slots.map(([freeSlots, all], i) => {
		return { nodeId: `${i}`, freeSlots, slots: all };
	});
	const [own = { nodeId: "0", freeSlots: 0, slots: 0 }, ...others] = rooms;
	const shares = shareOut(count, own, others);
	return (
		shares && [
			shares.own,
			...others.map(({ nodeId }) => shares.quotas.get(nodeId) ?? 0),
		]
	);
}

const IDLE = [8, 8] as const;

test.each([
	["gets nothing while others have room", 16, [8, 8, 0]],
	["gets what these have no room for", 20, [8, 8, 4]],
])("a node that may soon be taken away %s", (_, count, expected) => {
	const rooms = ["ann", "bob", "cid"].map((nodeId) => {
		return { nodeId, freeSlots: 8, slots: 8, atRisk: nodeId === "cid" };
	});
	for (const [at, own] of rooms.entries()) {
		const others = rooms.filter((room) => room !== own);
		const shares = shareOut(count, own, others);
		expect(
			rooms.map(({ nodeId }) =>
				nodeId === own.nodeId ? shares?.own : (shares?.quotas.get(nodeId) ?? 0),
			),
			`from ${at}`,
		).toEqual(expected);
	}
});

test.each<[string, number, Slots, readonly number[] | undefined]>([
	["nine among three idle nodes", 9, [IDLE, IDLE, IDLE], [3, 3, 3]],
	["one stays where it came", 1, [IDLE, IDLE, IDLE], [1, 0, 0]],
	["the next goes to one that is idle", 1, [[7, 8], IDLE, IDLE], [0, 1, 0]],
	["who runs as many keeps none", 6, [[4, 8], IDLE, [7, 8]], [0, 4, 2]],
	["who has more slots gets more", 9, [IDLE, [64, 64]], [1, 8]],
	[
		"nobody gets more than there is room for",
		5,
		[
			[1, 8],
			[4, 64],
		],
		[1, 4],
	],
	["a node that is full gets none", 2, [[0, 8], IDLE, [0, 8]], [0, 2, 0]],
	["nobody else", 8, [IDLE], [8]],
	["as much as there is room for", 24, [IDLE, IDLE, IDLE], [8, 8, 8]],
	["more than that is left to whoever can", 25, [IDLE, IDLE, IDLE], undefined],
	[
		"no room anywhere",
		1,
		[
			[0, 8],
			[0, 8],
		],
		undefined,
	],
])("%s", (_, count, slots, expected) => {
	expect(shared(count, slots)).toEqual(expected);
});

test("if tasks come one by one, each node gets as many", () => {
	const free = [8, 8, 8];
	for (let i = 0; i < 18; i += 1) {
		const shares = shared(
			1,
			free.map((slots) => [slots, 8] as const),
		);
		const at = shares?.indexOf(1) ?? -1;
		free[at] = (free[at] ?? 0) - 1;
	}
	expect(free).toEqual([2, 2, 2]);
});

test.each<[string, Slots, readonly number[]]>([
	["of three idle nodes each has every third", [IDLE, IDLE, IDLE], [1, 4, 7]],
	["who runs more comes later", [[6, 8], IDLE, IDLE], [5, 8]],
	["who has no room has none", [[0, 8], IDLE], []],
	["who is alone has all that it has room for", [[3, 8]], [1, 2, 3]],
	[
		"a node that alone has room counts, too",
		[
			[2, 8],
			[0, 8],
		],
		[1, 2],
	],
])("turns: %s", (_, slots, expected) => {
	const rooms = slots.map(([freeSlots, all], i) => {
		return { nodeId: `${i}`, freeSlots, slots: all };
	});
	const [own = { nodeId: "0", freeSlots: 0, slots: 0 }, ...others] = rooms;
	expect(turnsAt(9, own, others)).toEqual(expected);
});

test("a node's turns are as many as what is shared out to it, of any number of tasks", () => {
	const slots: Slots = [
		[3, 8],
		[8, 8],
		[5, 16],
		[1, 2],
	];
	const rooms = slots.map(([freeSlots, all], i) => {
		return { nodeId: `${i}`, freeSlots, slots: all, atRisk: i === 1 };
	});
	for (const own of rooms) {
		const others = rooms.filter((room) => room !== own);
		const turns = turnsAt(99, own, others);
		expect(turns).toHaveLength(own.freeSlots);
		for (let count = 0; count <= 17; count += 1)
			expect(turns.filter((turn) => turn <= count)).toHaveLength(
				shareOut(count, own, others)?.own ?? -1,
			);
	}
});

test("nodes that take their turns one after another, of what still waits, leave about a third at most", () => {
	const takenOf = (count: number, nodes: number): number[] => {
		const rooms = Array.from({ length: nodes }, (_, i) => {
			return { nodeId: `${i}`, freeSlots: count, slots: count };
		});
		let waiting = count;
		return rooms.map((own) => {
			const others = rooms.filter((room) => room !== own);
			const turns = turnsAt(count, own, others);
			const taken = turns.filter((turn) => turn <= waiting).length;
			waiting -= taken;
			return taken;
		});
	};
	expect(takenOf(12, 3)).toEqual([4, 3, 2]);
	for (const nodes of [2, 3, 5, 20])
		for (const count of [1, 12, 64]) {
			const taken = takenOf(count, nodes).reduce((sum, each) => sum + each, 0);
			expect(1 - taken / count, `${count}, ${nodes}`).toBeLessThan(0.37);
		}
});
