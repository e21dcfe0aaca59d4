/** Whom an author reaches itself, as the digests of all show. */
import { beforeEach, expect, test } from "vitest";
import { Audience } from "../../node/gossip/audience.ts";
import { type Digest, shortName } from "../../protocol/gossip.ts";

const [ANN, BOB, CID] = [
	"id-of-ann-000",
	"id-of-bob-000",
	"id-of-cid-000",
] as const;

function digestOf(
	from: string,
	peers: readonly string[],
	{ epoch, seq }: { epoch?: number; seq?: number } = {},
): Digest {
	return {
		...{ kind: "digest", from, epoch: epoch ?? 1, seq: seq ?? 1 },
		...{ freeSlots: 1, running: 0, load: 0, storeUp: true, draining: false },
		peers: peers.map(shortName),
	};
}

let audience: Audience;
/** What Ann says. */
const word = digestOf(ANN, [BOB, CID], { seq: 2 });
beforeEach(() => {
	audience = new Audience();
	audience.heard(digestOf(BOB, [ANN, CID]));
	audience.heard(digestOf(CID, [ANN, BOB]));
	audience.heard(word);
});

test("an author reaches itself and the nodes that it names and that name it", () => {
	expect(audience.isReached(word, [ANN, BOB, CID])).toBe(true);
});

test("an author that has said nothing about its peers reaches nobody", () => {
	audience = new Audience();
	audience.heard(digestOf(BOB, [ANN]));
	audience.heard({
		...{ kind: "announce", from: ANN, epoch: 1, seq: 1 },
		routes: [],
	});
	expect(audience.isReached(word, [BOB])).toBe(false);
});

test("a node left out of the author's last digest is not reached, whatever an older one says later", () => {
	audience.heard(digestOf(ANN, [BOB], { seq: 4 }));
	audience.heard(digestOf(ANN, [BOB, CID], { seq: 3 }));
	expect(audience.isReached(word, [BOB])).toBe(true);
	expect(audience.isReached(word, [BOB, CID])).toBe(false);
});

test("a node that does not name the author may not hear it, although the author hears it", () => {
	audience.heard(digestOf(CID, [BOB], { seq: 2 }));
	expect(audience.isReached(word, [BOB])).toBe(true);
	expect(audience.isReached(word, [BOB, CID])).toBe(false);
});

test("an author that has come back reaches nobody until it has said so", () => {
	const later = digestOf(ANN, [BOB, CID], { epoch: 2 });
	expect(audience.isReached(later, [BOB])).toBe(false);
	audience.heard(later);
	expect(audience.isReached(later, [BOB])).toBe(true);
});

test("a node that was lost counts for nothing until it is heard again", () => {
	audience.forget(CID);
	expect(audience.isReached(word, [BOB])).toBe(true);
	expect(audience.isReached(word, [BOB, CID])).toBe(false);
	audience.heard(digestOf(CID, [ANN, BOB], { seq: 2 }));
	expect(audience.isReached(word, [BOB, CID])).toBe(true);
});

test("a node that is no longer admitted is discarded", () => {
	audience.keep(new Set([BOB, CID]));
	expect(audience.isReached(word, [BOB])).toBe(false);
});
