/** The access tokens of one shard of the store's twin. */
import type {
	AccessBook,
	GrantTokenReply,
	NewAccessToken,
	RevokeTokenReply,
} from "../../node/ports.ts";
import {
	type AccessToken,
	isNewer,
	remembered,
} from "../../protocol/access.ts";
import {
	ACCESS_REVOKED_KEPT_MS,
	ACCESS_TOKENS_MAX,
} from "../../protocol/limits.ts";

export class AccessTokens {
	version = 0;
	#tokens: ReadonlyMap<string, AccessToken> = new Map();

	/** The same, to go on with while this stays as it is. */
	copy(): AccessTokens {
		const copy = new AccessTokens();
		copy.version = this.version;
		copy.#tokens = this.#tokens;
		return copy;
	}

	book(nowMs: number): AccessBook {
		const tokens = [...this.#tokens.values()].sort((a, b) =>
			a.name < b.name ? -1 : 1,
		);
		return { nowMs, version: this.version, tokens };
	}

	grant(wished: NewAccessToken, nowMs: number): GrantTokenReply {
		const known = this.#tokens.get(wished.name);
		if (known !== undefined && known.revokedMs === undefined)
			return known.hash === wished.hash
				? this.#told(known, nowMs)
				: { ok: false, code: "taken" };
		this.#tidy(nowMs);
		const live = [...this.#tokens.values()].filter(
			({ revokedMs }) => revokedMs === undefined,
		);
		if (live.length >= ACCESS_TOKENS_MAX) return { ok: false, code: "full" };
		const version = this.#raise(nowMs);
		const token = { ...wished, version, createdMs: nowMs };
		this.#set(token);
		return this.#told(token, nowMs);
	}

	revoke(name: string, nowMs: number): RevokeTokenReply {
		const known = this.#tokens.get(name);
		if (known === undefined) return { ok: false, code: "none" };
		if (known.revokedMs !== undefined) return this.#told(known, nowMs);
		const { usedMs: _, ...rest } = known;
		const version = this.#raise(nowMs);
		const token = { ...rest, version, revokedMs: nowMs };
		this.#set(token);
		this.#tidy(nowMs);
		return this.#told(token, nowMs);
	}

	putBack(tokens: readonly AccessToken[], nowMs: number): number {
		const written = tokens.filter(
			(token) =>
				isNewer(token, this.#tokens.get(token.name)) &&
				(token.revokedMs ?? nowMs) > nowMs - ACCESS_REVOKED_KEPT_MS,
		);
		for (const { usedMs: _, ...token } of written) {
			const usedMs = this.#tokens.get(token.name)?.usedMs;
			const isUsed = usedMs !== undefined && token.revokedMs === undefined;
			this.#set({ ...token, ...(isUsed && { usedMs }) });
		}
		if (written.length > 0) {
			this.#raise(nowMs, Math.max(...written.map(({ version }) => version)));
			this.#tidy(nowMs);
		}
		return written.length;
	}

	used(names: readonly string[], hourMs: number): void {
		for (const name of names) {
			const token = this.#tokens.get(name);
			if (token === undefined || token.revokedMs !== undefined) continue;
			if (hourMs > (token.usedMs ?? 0)) this.#set({ ...token, usedMs: hourMs });
		}
	}

	#set(token: AccessToken): void {
		this.#tokens = new Map(this.#tokens).set(token.name, token);
	}

	#told(token: AccessToken, nowMs: number) {
		const { usedMs: _, ...told } = token;
		return { ok: true, nowMs, token: told, version: this.version } as const;
	}

	/** Above all versions that were given here, or are known to have been elsewhere. */
	#raise(nowMs: number, known = 0): number {
		this.version = Math.max(this.version + 1, nowMs, known);
		return this.version;
	}

	#tidy(nowMs: number): void {
		this.#tokens = remembered(this.#tokens.values(), nowMs);
	}
}
