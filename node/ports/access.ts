/** Who sends requests to this node, and what is known of those who may. */
import type {
	AccessGrant,
	AccessRole,
	AccessToken,
} from "../../protocol/access.ts";
import type { NewAccessToken } from "./store-access.ts";

/** A client, and what it may do. */
export interface Asker extends AccessGrant {
	/** The name of its token; NOBODY if no token is needed. */
	readonly name: string;
}

/**
 * `missing`: a token is needed. `unknown`, `expired`, `revoked`: what is wrong with this
 * one. `unsure`: the node cannot tell, because it has not heard from the store.
 */
export type Verdict =
	| { readonly ok: true; readonly asker: Asker }
	| {
			readonly ok: false;
			readonly why: "missing" | "unknown" | "expired" | "revoked" | "unsure";
	  };

export type TokenWish = Omit<NewAccessToken, "hash">;

export type TokenMade =
	| {
			readonly ok: true;
			readonly token: AccessToken;
			/**
			 * The secret that its holder presents. It is shown once, and cannot be shown again.
			 */
			readonly secret: string;
	  }
	/**
	 * `first`: there is no token yet, and this one could not create others, so nobody
	 * could.
	 */
	| { readonly ok: false; readonly code: "taken" | "full" | "first" };

export interface AccessApi {
	/** `secret`: the token that was presented, if any. Answered from memory. */
	whose(secret: string | undefined): Verdict;
	/** The tokens that are not revoked, by name. @throws StoreError */
	list(): Promise<readonly AccessToken[]>;
	/** @throws StoreError */
	create(wish: TokenWish): Promise<TokenMade>;
	/**
	 * The token as it is after that; undefined if no token has this name, or had it lately.
	 * @throws StoreError
	 */
	revoke(name: string): Promise<AccessToken | undefined>;
	/** The store's time, as far as it is known here. */
	nowMs(): number;
}

/**
 * The tokens of `--token-file` as it is now. They are valid on this node, whatever the
 * store says.
 */
export interface GivenTokens {
	/** A new array whenever the file has changed. */
	readonly secrets: readonly string[];
}

/** Where new tokens come from. */
export interface TokenMint {
	mint(role: AccessRole): string;
}

/** What somebody did, or was refused, apart from reads and submissions. */
export interface AuditRecord {
	/** The name of the token, or `-`. */
	readonly by: string;
	/** The address that the request came from. */
	readonly from: string;
	/** Its `operationId`. */
	readonly operation: string;
	/** The task, node or token that was meant; `-` for several, or all. */
	readonly target: string;
	readonly outcome: "done" | "refused" | "failed";
	/** The status of the answer. */
	readonly status: number;
}

/** Is told every such operation once it has been answered. */
export interface Audit {
	audited(record: AuditRecord): void;
}
