/**
 * TokenIndex: finds what is known of a token by the token itself.
 *
 * It looks up the first bytes of the token's SHA-256, which nobody can steer, and
 * compares what it finds in a time that reveals nothing. Hashing takes some microseconds,
 * and is done once for each valid token: those are few, and a token that was found is
 * remembered for the next request. Invalid ones are never remembered.
 */
import { hash, timingSafeEqual } from "node:crypto";
import { roleOfToken } from "../../protocol/access.ts";

interface Entry<Known> {
	readonly digest: Buffer;
	readonly known: Known;
}

export class TokenIndex<Known> {
	readonly #entries = new Map<number, Entry<Known>[]>();
	/** What was found, by the token itself. */
	readonly #found = new Map<string, Known>();

	/** Adds a token. `digest`: its SHA-256. */
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
