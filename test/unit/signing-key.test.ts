/** The key that is ready to sign is libp2p's own, only faster. */
import { generateKeyPair, privateKeyToProtobuf } from "@libp2p/crypto/keys";
import { expect, test } from "vitest";
import { readyToSign } from "../../node/gossip/signing-key.ts";

const MESSAGE = new TextEncoder().encode("hearsay");

test("its signatures are those of libp2p's key, and hold against its public key", async () => {
	const key = await generateKeyPair("Ed25519");
	const ready = readyToSign(key);
	const signature = await ready.sign(MESSAGE);
	expect(Buffer.from(signature)).toEqual(Buffer.from(await key.sign(MESSAGE)));
	expect(await key.publicKey.verify(MESSAGE, signature)).toBe(true);
});

test("it is the same key", async () => {
	const key = await generateKeyPair("Ed25519");
	const ready = readyToSign(key);
	expect(ready.equals(key)).toBe(true);
	expect(key.equals(ready)).toBe(true);
	expect(ready.equals(await generateKeyPair("Ed25519"))).toBe(false);
	expect(privateKeyToProtobuf(ready)).toEqual(privateKeyToProtobuf(key));
});
