/** What a shard keeps of access tokens. Every node asks the first shard, and no other. */
import type { AccessToken } from "../../protocol/access.ts";

/** All that is known of tokens, as at one moment of the shard's clock. */
export interface AccessBook {
	readonly nowMs: number;
	/** As a pulse tells it. 0: there never was a token. */
	readonly version: number;
	/** By name; those that were revoked not long ago among them. */
	readonly tokens: readonly AccessToken[];
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
	tokens(): Promise<AccessBook>;
	/** A new token; the name may be that of one that is revoked. The same one again is the same. */
	grantToken(token: NewAccessToken): Promise<GrantTokenReply>;
	/** What is revoked already stays as it is. */
	revokeToken(name: string): Promise<RevokeTokenReply>;
	/**
	 * Puts back what a store that has lost writes does not have: each if it is newer than what
	 * is there. At most ACCESS_PUT_BACK_MAX.
	 */
	putTokensBack(
		tokens: readonly AccessToken[],
	): Promise<{ readonly nowMs: number; readonly written: number }>;
	/** These were used within the hour that began then. At most ACCESS_USED_MAX; of what is no token (any more) nothing is kept. */
	tokensUsed(names: readonly string[], hourMs: number): Promise<void>;
}
