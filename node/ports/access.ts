/** Who asks this node, and what is known of those who may. */
import type {
	AccessGrant,
	AccessRole,
	AccessToken,
} from "../../protocol/access.ts";
import type { NewAccessToken } from "./store-access.ts";

/** One who asks, and what they may. */
export interface Asker extends AccessGrant {
	/** Of their token; `-` where nobody has to have one. */
	readonly name: string;
}

/** `missing`: a token is needed. `unknown`, `expired`, `revoked`: this one is. `unsure`: the node cannot tell, as it has not heard from the store. */
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
			/** What its holder has to present, which nobody can be told again. */
			readonly secret: string;
	  }
	/** `first`: nobody could make others, as there is no token yet and this one may not. */
	| { readonly ok: false; readonly code: "taken" | "full" | "first" };

export interface AccessApi {
	/** `secret`: the token that was presented, if one was. Asks nobody. */
	whose(secret: string | undefined): Verdict;
	/** Those that are not revoked, by name. @throws StoreError */
	list(): Promise<readonly AccessToken[]>;
	/** @throws StoreError */
	create(wish: TokenWish): Promise<TokenMade>;
	/** As it is then; undefined: there is none of this name, and was none lately. @throws StoreError */
	revoke(name: string): Promise<AccessToken | undefined>;
	/** The store's time, as far as it is known here. */
	nowMs(): number;
}

/** The tokens of `--token-file`, as it is now: they are valid on this node, whatever the store says. */
export interface GivenTokens {
	/** Another list whenever the file has changed. */
	readonly secrets: readonly string[];
}

/** Where new tokens come from. */
export interface TokenMint {
	mint(role: AccessRole): string;
}

/** What somebody did, or was refused, that was neither a read nor a submission. */
export interface AuditRecord {
	/** Name of their token, or `-`. */
	readonly by: string;
	/** The address from which they asked. */
	readonly from: string;
	/** Its `operationId`. */
	readonly operation: string;
	/** The task, node or token that was meant; `-`: several, or all. */
	readonly target: string;
	readonly outcome: "done" | "refused" | "failed";
	/** Of the answer. */
	readonly status: number;
}

/** Told of every such operation, when it has been answered. */
export interface Audit {
	audited(record: AuditRecord): void;
}
