/** An envelope shows whether its message is its author's, whole, and of this cluster. */
import { generateKeyPair } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { expect, test } from "vitest";
import {
	type Opened,
	openEnvelope,
	Sealer,
	Signatures,
} from "../../node/gossip/envelope.ts";

const TOPIC = "hearsay/a";
const MESSAGE = new TextEncoder().encode("there is work");

const key = await generateKeyPair("Ed25519");
const author = peerIdFromPrivateKey(key).toString();
const sealed = new Sealer(key, TOPIC).seal(MESSAGE);

function opened(bytes: Uint8Array): Opened {
	const envelope = openEnvelope(bytes);
	if (envelope === undefined) throw new Error("it is too short");
	return envelope;
}

test("a sealed message is opened, and its author's signature holds", () => {
	const envelope = opened(sealed);
	expect(Buffer.from(envelope.message)).toEqual(Buffer.from(MESSAGE));
	const signatures = new Signatures(TOPIC);
	expect(signatures.hold(author, envelope)).toBe(true);
	expect(signatures.authors).toBe(1);
	signatures.keep(new Set());
	expect(signatures.authors).toBe(0);
});

test("a changed bit anywhere breaks the signature", () => {
	const signatures = new Signatures(TOPIC);
	for (let at = 0; at < sealed.length; at++) {
		const changed = Uint8Array.from(sealed);
		changed[at] = (changed[at] as number) ^ 1;
		expect(signatures.hold(author, opened(changed))).toBe(false);
	}
});

test("a signature holds for no other author, and on no other topic", async () => {
	const other = peerIdFromPrivateKey(await generateKeyPair("Ed25519"));
	const envelope = opened(sealed);
	expect(new Signatures(TOPIC).hold(other.toString(), envelope)).toBe(false);
	expect(new Signatures("hearsay/b").hold(author, envelope)).toBe(false);
});

test("bytes too short for a signature and a message are no envelope", () => {
	expect(openEnvelope(new Uint8Array())).toBeUndefined();
	expect(openEnvelope(sealed.subarray(0, 64))).toBeUndefined();
	expect(openEnvelope(sealed.subarray(0, 65))).toBeDefined();
});
