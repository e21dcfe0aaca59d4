/**
 * The access tokens of a shard of the store's twin: its methods. Each reads the clock
 * once.
 */
import type {
	AccessStep,
	GrantTokenReply,
	NewAccessToken,
	RevokeTokenReply,
	ShardAccess,
} from "../../node/ports.ts";
import type { AccessToken } from "../../protocol/access.ts";
import type { AccessTokens } from "./shard-access.ts";
import type { MemoryShardParts } from "./shard-contents.ts";

export class MemoryAccess implements ShardAccess {
	readonly #parts: MemoryShardParts;

	constructor(parts: MemoryShardParts) {
		this.#parts = parts;
	}

	async tokens(since: number, limit: number): Promise<AccessStep> {
		return this.#access.step(since, limit, this.#parts.nowMs());
	}

	async grantToken(token: NewAccessToken): Promise<GrantTokenReply> {
		return this.#access.grant(token, this.#parts.nowMs());
	}

	async revokeToken(name: string): Promise<RevokeTokenReply> {
		return this.#access.revoke(name, this.#parts.nowMs());
	}

	async putTokensBack(tokens: readonly AccessToken[]) {
		const nowMs = this.#parts.nowMs();
		return { nowMs, written: this.#access.putBack(tokens, nowMs) };
	}

	async tokensUsed(names: readonly string[], hourMs: number): Promise<void> {
		this.#access.used(names, hourMs);
	}

	get #access(): AccessTokens {
		return this.#parts.contents.access;
	}
}
