/**
 * TokenIndex: finds what is known of a token by the token itself.
 *
 * It is looked for by the first bytes of its SHA-256, which nobody can steer, and what is
 * found is compared in a time that tells nothing. To hash it each time takes a microsecond,
 * so that no token is kept.
 */
import { hash, timingSafeEqual } from "node:crypto";

interface Entry<Known> {
	readonly digest: Buffer;
	readonly known: Known;
}

export class TokenIndex<Known> {
	readonly #entries = new Map<number, Entry<Known>[]>();

	/** `digest`: SHA-256 of the token. */
	add(digest: Buffer, known: Known): void {
		const key = digest.readUInt32BE(0);
		const entries = this.#entries.get(key) ?? [];
		this.#entries.set(key, [...entries, { digest, known }]);
	}

	find(secret: string): Known | undefined {
		const digest = digestOf(secret);
		let found: Known | undefined;
		for (const entry of this.#entries.get(digest.readUInt32BE(0)) ?? [])
			if (timingSafeEqual(entry.digest, digest)) found = entry.known;
		return found;
	}
}

export function digestOf(secret: string): Buffer {
	return hash("sha256", secret, "buffer");
}
