/** Whom an author reaches itself, as its digests tell. */
import { expect, test } from "vitest";
import { Audience } from "../../node/gossip/audience.ts";
import { type Digest, shortName } from "../../protocol/gossip.ts";

const [ANN, BOB, CID] = [
	"id-of-ann-000",
	"id-of-bob-000",
	"id-of-cid-000",
] as const;

function digestOf(from: string, peers: readonly string[]): Digest {
	return {
		...{ kind: "digest", from, epoch: 1, seq: 1 },
		...{ freeSlots: 1, running: 0, load: 0, storeUp: true, draining: false },
		peers: peers.map(shortName),
	} as const;
}

test("an author that has said nothing of its peers reaches nobody", () => {
	const audience = new Audience();
	audience.heard({
		...{ kind: "announce", from: ANN, epoch: 1, seq: 1 },
		routes: [],
	});
	expect(audience.isReached(ANN, [BOB])).toBe(false);
});

test("an author reaches itself and whom its last digest names, and nobody else", () => {
	const audience = new Audience();
	audience.heard(digestOf(ANN, [BOB, CID]));
	expect(audience.isReached(ANN, [ANN, BOB, CID])).toBe(true);
	audience.heard(digestOf(ANN, [BOB]));
	expect(audience.isReached(ANN, [ANN, BOB])).toBe(true);
	expect(audience.isReached(ANN, [ANN, BOB, CID])).toBe(false);
});

test("an author that is no longer admitted is forgotten", () => {
	const audience = new Audience();
	audience.heard(digestOf(ANN, [BOB]));
	audience.heard(digestOf(BOB, [ANN]));
	audience.keep(new Set([BOB]));
	expect(audience.isReached(ANN, [BOB])).toBe(false);
	expect(audience.isReached(BOB, [ANN])).toBe(true);
});
