/** What a shard keeps of access tokens. Every node asks the first shard, and no other. */
import type { AccessToken } from "../../protocol/access.ts";

/** What is known of tokens, a step at a time, as at one moment of the shard's clock. */
export interface AccessStep {
	readonly nowMs: number;
	/** Number of the last writing of any token, as a pulse tells it. 0: there never was one. */
	readonly version: number;
	/** In the order in which they were written last; those that were revoked not long ago among them. */
	readonly tokens: readonly AccessToken[];
	/** To go on from; undefined: there are no more. */
	readonly next: number | undefined;
}

/** A token that is to be. */
export type NewAccessToken = Omit<
	AccessToken,
	"version" | "createdMs" | "revokedMs" | "usedMs"
>;

export type GrantTokenReply =
	| {
			readonly ok: true;
			readonly nowMs: number;
			readonly token: AccessToken;
			/** Of all, as a pulse tells it. */
			readonly version: number;
	  }
	/** Another token has the name, or there are ACCESS_TOKENS_MAX. */
	| { readonly ok: false; readonly code: "taken" | "full" };

export type RevokeTokenReply =
	| Extract<GrantTokenReply, { ok: true }>
	/** No token has the name, or had it not long ago. */
	| { readonly ok: false; readonly code: "none" };

/** The access tokens of a shard. What holds for all of its methods stands at `Shard`. */
export interface ShardAccess {
	/** Those written since the writing of that number; 0: all. At most `limit`, and ACCESS_STEP_MAX. */
	tokens(since: number, limit: number): Promise<AccessStep>;
	/** A new token; the name may be that of one that is revoked. The same one again is the same. */
	grantToken(token: NewAccessToken): Promise<GrantTokenReply>;
	/** What is revoked already stays as it is. */
	revokeToken(name: string): Promise<RevokeTokenReply>;
	/**
	 * Puts back what a store that has lost writes does not have: each if it is newer than what
	 * is there. At most ACCESS_PUT_BACK_MAX, no name twice.
	 */
	putTokensBack(
		tokens: readonly AccessToken[],
	): Promise<{ readonly nowMs: number; readonly written: number }>;
	/** These were used within the hour that began then. At most ACCESS_USED_MAX; of what is no token (any more) nothing is kept. */
	tokensUsed(names: readonly string[], hourMs: number): Promise<void>;
}
