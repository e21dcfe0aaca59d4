/**
 * TokenIndex: finds what is known of a token by the token itself.
 *
 * It is looked for by the first bytes of its SHA-256, which nobody can steer, and what is
 * found is compared in a time that tells nothing. To hash it takes some microseconds, which
 * is done once for each token that is one: those are few, and what was found is kept for the
 * next request. What is none is never kept.
 */
import { hash, timingSafeEqual } from "node:crypto";
import { roleOfToken } from "../../protocol/access.ts";

interface Entry<Known> {
	readonly digest: Buffer;
	readonly known: Known;
}

export class TokenIndex<Known> {
	readonly #entries = new Map<number, Entry<Known>[]>();
	/** By the token itself. */
	readonly #found = new Map<string, Known>();

	/** `digest`: SHA-256 of the token. */
	add(digest: Buffer, known: Known): void {
		const key = digest.readUInt32BE(0);
		const entries = this.#entries.get(key) ?? [];
		this.#entries.set(key, [...entries, { digest, known }]);
	}

	find(secret: string): Known | undefined {
		const found = this.#found.get(secret);
		if (found !== undefined || roleOfToken(secret) === undefined) return found;
		const digest = digestOf(secret);
		for (const entry of this.#entries.get(digest.readUInt32BE(0)) ?? [])
			if (timingSafeEqual(entry.digest, digest))
				this.#found.set(secret, entry.known);
		return this.#found.get(secret);
	}
}

export function digestOf(secret: string): Buffer {
	return hash("sha256", secret, "buffer");
}
