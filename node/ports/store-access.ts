/** What a shard keeps of access tokens. Every node asks the first shard, and no other. */
import type { AccessToken } from "../../protocol/access.ts";

/** What is known of tokens, one step at a time, as of one moment of the shard's clock. */
export interface AccessStep {
	readonly nowMs: number;
	/**
	 * The number of the last write to any token, as a pulse reports it. 0 if there never
	 * was one.
	 */
	readonly version: number;
	/** In the order of their last write, including those that were revoked lately. */
	readonly tokens: readonly AccessToken[];
	/** Where to go on; undefined if there are no more. */
	readonly next: number | undefined;
}

/** A token to be created. */
export type NewAccessToken = Omit<
	AccessToken,
	"version" | "createdMs" | "revokedMs" | "usedMs"
>;

export type GrantTokenReply =
	| {
			readonly ok: true;
			readonly nowMs: number;
			readonly token: AccessToken;
			/** The number of the last write to any token, as a pulse reports it. */
			readonly version: number;
	  }
	/** Another token has the name, or there are ACCESS_TOKENS_MAX. */
	| { readonly ok: false; readonly code: "taken" | "full" };

export type RevokeTokenReply =
	| Extract<GrantTokenReply, { ok: true }>
	/** No token has the name, or had it lately. */
	| { readonly ok: false; readonly code: "none" };

/** The access tokens of a shard. `Shard` says what holds for all of its methods. */
export interface ShardAccess {
	/**
	 * The tokens written since the write of that number; 0 for all. At most `limit`, and
	 * ACCESS_STEP_MAX.
	 */
	tokens(since: number, limit: number): Promise<AccessStep>;
	/**
	 * Creates a token. Its name may be that of a revoked one. Creating the same token again
	 * changes nothing.
	 */
	grantToken(token: NewAccessToken): Promise<GrantTokenReply>;
	/** Revoking a token again changes nothing. */
	revokeToken(name: string): Promise<RevokeTokenReply>;
	/**
	 * Restores what a store that lost writes does not have: each token that is newer than
	 * the one there. At most ACCESS_PUT_BACK_MAX, no name twice.
	 */
	putTokensBack(
		tokens: readonly AccessToken[],
	): Promise<{ readonly nowMs: number; readonly written: number }>;
	/**
	 * These tokens were used within the hour that began then. At most ACCESS_USED_MAX.
	 * Names that are not tokens (any more) are ignored.
	 */
	tokensUsed(names: readonly string[], hourMs: number): Promise<void>;
}
