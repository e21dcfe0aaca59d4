/** TaskIndex: things are found by the id of their task, the last added first. */
import { expect, test } from "vitest";
import {
	chainOf,
	type Indexed,
	TaskIndex,
} from "../../node/work/task-index.ts";
import { SeededRandom } from "../random.ts";

interface Thing extends Indexed<Thing> {
	readonly n: number;
}

function thingOf(id: string, n: number, chain = chainOf(id)): Thing {
	return { id, chain, n, next: undefined };
}

const any = () => true;

test("the index finds what a list of the same things finds, also if all share a chain", () => {
	for (const chain of [undefined, 5]) {
		const random = new SeededRandom(7);
		const index = new TaskIndex<Thing>();
		const twin: Thing[] = [];
		for (let n = 0; n < 5_000; n++) {
			if (random.below(2) === 0) {
				const thing = thingOf(`id-${random.below(40)}`, n, chain);
				index.add(thing);
				twin.unshift(thing);
			} else if (twin.length > 0) {
				const [thing] = twin.splice(random.below(twin.length), 1);
				index.remove(thing as Thing);
			}
			const id = `id-${random.below(40)}`;
			const even = (thing: Thing) => thing.n % 2 === 0;
			for (const fits of [any, even])
				expect(index.find(id, chain ?? chainOf(id), fits)).toBe(
					twin.find((thing) => thing.id === id && fits(thing)),
				);
		}
	}
});
