/** How much a peer may bring before it is looked at. */
import { expect, test } from "vitest";
import { Inlet } from "../../node/gossip/inlet.ts";
import { HEARD_BYTES_PER_S, HEARD_PER_S } from "../../protocol/limits.ts";

/** How many of so many messages, brought at once, are looked at. */
function looked(inlet: Inlet, bearer: string, count: number, atMs: number) {
	return Array.from({ length: count }).filter(() =>
		inlet.admits(bearer, 100, atMs),
	).length;
}

test("a bearer may bring a second's worth at once, and then as much as it saves up", () => {
	const inlet = new Inlet();
	expect(looked(inlet, "ann", 2 * HEARD_PER_S, 0)).toBe(HEARD_PER_S);
	expect(looked(inlet, "ann", HEARD_PER_S, 0)).toBe(0);
	expect(looked(inlet, "ann", HEARD_PER_S, 500)).toBe(HEARD_PER_S / 2);
	expect(looked(inlet, "ann", 2 * HEARD_PER_S, 60_000)).toBe(HEARD_PER_S);
});

test("large messages are bounded by their bytes", () => {
	const inlet = new Inlet();
	const large = HEARD_BYTES_PER_S / 8;
	const taken = Array.from({ length: 20 }).filter(() =>
		inlet.admits("ann", large, 0),
	);
	expect(taken).toHaveLength(8);
	expect(inlet.admits("ann", large, 125)).toBe(true);
	expect(inlet.admits("ann", large, 125)).toBe(false);
});

test("a bearer that floods takes nothing from others, and starts anew once it was discarded", () => {
	const inlet = new Inlet();
	looked(inlet, "ann", 2 * HEARD_PER_S, 0);
	expect(inlet.admits("bob", 100, 0)).toBe(true);
	inlet.keep(new Set(["bob"]));
	expect(inlet.admits("ann", 100, 0)).toBe(true);
});
