/** How the shards of a node share its slots. */
import { expect, test } from "vitest";
import { Turns } from "../../node/work/turns.ts";

test("when slots come free each shard gets a chance at them, another one first each time", () => {
	const kicked: number[] = [];
	const shards = [0, 1, 2].map((i) => ({
		claimer: { waitsForSlots: false, kick: () => kicked.push(i) },
	}));
	const turns = new Turns(shards);
	for (let i = 0; i < 3; i++) turns.slotsFreed();
	expect(kicked).toEqual([1, 2, 0, 2, 0, 1, 0, 1, 2]);
});

test("a claimer does not wait for itself", () => {
	const claimer = (waitsForSlots: boolean) => ({ waitsForSlots, kick() {} });
	const [busy, idle] = [claimer(true), claimer(false)];
	const turns = new Turns([{ claimer: busy }, { claimer: idle }]);
	expect(turns.othersWait(busy)).toBe(false);
	expect(turns.othersWait(idle)).toBe(true);
});
