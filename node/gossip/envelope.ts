/**
 * What a gossip message travels in: its author's signature, followed by the message.
 *
 * It replaces gossipsub's own signatures, which are checked for every message. Here a
 * message that comes over its author's own connection needs no check, since noise has
 * proved who is at the other end; only messages that others pass on are checked (see
 * `door.ts`). A check takes 210 µs, a quarter of what an announcement costs a node that
 * hears it. The topic, which carries the cluster's name, is signed too: a message of one
 * cluster is no message in another.
 */
import assert from "node:assert/strict";
import {
	createPrivateKey,
	createPublicKey,
	type KeyObject,
	sign,
	verify,
} from "node:crypto";
import type { Ed25519PrivateKey } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";

const SIGNATURE_BYTES = 64;
/** The length of the private key's seed; libp2p keeps the public key behind it. */
const SEED_BYTES = 32;

export interface Opened {
	readonly signature: Uint8Array;
	readonly message: Uint8Array;
}

/** Undefined if it is too short to be an envelope. */
export function openEnvelope(bytes: Uint8Array): Opened | undefined {
	if (bytes.length <= SIGNATURE_BYTES) return undefined;
	return {
		signature: bytes.subarray(0, SIGNATURE_BYTES),
		message: bytes.subarray(SIGNATURE_BYTES),
	};
}

export class Sealer {
	readonly #key: KeyObject;
	readonly #topic: Buffer;

	constructor(key: Ed25519PrivateKey, topic: string) {
		this.#key = createPrivateKey({
			format: "jwk",
			key: {
				...jwk(key.publicKey.raw),
				d: base64url(key.raw.subarray(0, SEED_BYTES)),
			},
		});
		this.#topic = topicLine(topic);
	}

	seal(message: Uint8Array): Uint8Array {
		const signature = sign(
			null,
			Buffer.concat([this.#topic, message]),
			this.#key,
		);
		return Buffer.concat([signature, message]);
	}
}

/** Tells signatures that are their author's from others; keeps the authors' keys. */
export class Signatures {
	readonly #topic: Buffer;
	readonly #keys = new Map<string, KeyObject>();

	constructor(topic: string) {
		this.#topic = topicLine(topic);
	}

	/** Whether the node of this id (as admitted: an Ed25519 PeerId) has signed the message. */
	hold(author: string, { signature, message }: Opened): boolean {
		const signed = Buffer.concat([this.#topic, message]);
		return verify(null, signed, this.#keyOf(author), signature);
	}

	/** The number of authors whose keys are kept. */
	get authors(): number {
		return this.#keys.size;
	}

	/** Discards the keys of all others. */
	keep(authors: ReadonlySet<string>): void {
		for (const author of this.#keys.keys())
			if (!authors.has(author)) this.#keys.delete(author);
	}

	#keyOf(author: string): KeyObject {
		const known = this.#keys.get(author);
		if (known !== undefined) return known;
		const { publicKey } = peerIdFromString(author);
		assert(publicKey?.type === "Ed25519", "an author has an Ed25519 PeerId");
		const key = createPublicKey({ format: "jwk", key: jwk(publicKey.raw) });
		this.#keys.set(author, key);
		return key;
	}
}

function jwk(publicKey: Uint8Array) {
	return { kty: "OKP", crv: "Ed25519", x: base64url(publicKey) };
}

function base64url(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString("base64url");
}

function topicLine(topic: string): Buffer {
	return Buffer.from(`${topic}\n`);
}
