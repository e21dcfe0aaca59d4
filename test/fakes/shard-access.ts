/** The access tokens of one shard of the store's twin. */
import type {
	AccessStep,
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
	/** For each name, the number of its last writing. */
	#order: ReadonlyMap<string, number> = new Map();

	/** A copy, to change while this stays as it is. */
	copy(): AccessTokens {
		const copy = new AccessTokens();
		copy.version = this.version;
		copy.#tokens = this.#tokens;
		copy.#order = this.#order;
		return copy;
	}

	step(since: number, limit: number, nowMs: number): AccessStep {
		const { version } = this;
		const found = [...this.#order]
			.filter(([, number]) => number > since)
			.sort(([, a], [, b]) => a - b)
			.slice(0, limit);
		const tokens = found.map(([name]) => this.#tokens.get(name) as AccessToken);
		const next = found.length === limit ? found.at(-1)?.[1] : undefined;
		return { nowMs, version, tokens, next };
	}

	grant(wished: NewAccessToken, nowMs: number): GrantTokenReply {
		const known = this.#tokens.get(wished.name);
		if (known !== undefined && known.revokedMs === undefined)
			return known.hash === wished.hash
				? this.#told(known, nowMs)
				: { ok: false, code: "taken" };
		const live = [...this.#tokens.values()].filter(
			({ revokedMs }) => revokedMs === undefined,
		);
		if (live.length >= ACCESS_TOKENS_MAX) return { ok: false, code: "full" };
		const version = this.#raise(nowMs);
		const token = { ...wished, version, createdMs: nowMs };
		this.#write(token, version);
		this.#tidy(nowMs);
		return this.#told(token, nowMs);
	}

	revoke(name: string, nowMs: number): RevokeTokenReply {
		const known = this.#tokens.get(name);
		if (known === undefined) return { ok: false, code: "none" };
		if (known.revokedMs !== undefined) return this.#told(known, nowMs);
		const { usedMs: _, ...rest } = known;
		const version = this.#raise(nowMs);
		const token = { ...rest, version, revokedMs: nowMs };
		this.#write(token, version);
		this.#tidy(nowMs);
		return this.#told(token, nowMs);
	}

	putBack(tokens: readonly AccessToken[], nowMs: number): number {
		const written = tokens.filter(
			(token) =>
				isNewer(token, this.#tokens.get(token.name)) &&
				(token.revokedMs ?? nowMs) > nowMs - ACCESS_REVOKED_KEPT_MS,
		);
		if (written.length === 0) return 0;
		const highest = Math.max(...written.map(({ version }) => version));
		const last = this.#raise(nowMs, written.length, highest + written.length);
		for (const [n, { usedMs: _, ...token }] of written.entries()) {
			const usedMs = this.#tokens.get(token.name)?.usedMs;
			const isUsed = usedMs !== undefined && token.revokedMs === undefined;
			const kept = { ...token, ...(isUsed && { usedMs }) };
			this.#write(kept, last - written.length + 1 + n);
		}
		this.#tidy(nowMs);
		return written.length;
	}

	used(names: readonly string[], hourMs: number): void {
		for (const name of names) {
			const token = this.#tokens.get(name);
			if (token === undefined || token.revokedMs !== undefined) continue;
			if (hourMs > (token.usedMs ?? 0)) this.#set({ ...token, usedMs: hourMs });
		}
	}

	#write(token: AccessToken, number: number): void {
		this.#set(token);
		this.#order = new Map(this.#order).set(token.name, number);
	}

	#set(token: AccessToken): void {
		this.#tokens = new Map(this.#tokens).set(token.name, token);
	}

	#told(token: AccessToken, nowMs: number) {
		const { usedMs: _, ...told } = token;
		return { ok: true, nowMs, token: told, version: this.version } as const;
	}

	/** The last of so many new numbers, above all that were given here, or are known from elsewhere. */
	#raise(nowMs: number, count = 1, known = 0): number {
		this.version = Math.max(this.version + count, nowMs, known);
		return this.version;
	}

	#tidy(nowMs: number): void {
		this.#tokens = remembered(this.#tokens.values(), nowMs);
		const kept = [...this.#order].filter(([name]) => this.#tokens.has(name));
		this.#order = new Map(kept);
	}
}
