/**
 * Access tokens: who may ask what of a node.
 *
 * A token is `hs_<role>_<32 characters>`, which is 190 bits of chance. Nobody keeps it
 * but its holder: the cluster knows its SHA-256. What the cluster knows about a token is
 * a record, whose version rises with every change. Of two records of one name the newer
 * one counts, even if a store has lost the last writes. So a revoked token leaves a
 * record behind, for a while, which outlives the loss.
 */
import {
	ACCESS_REVOKED_KEPT_MAX,
	ACCESS_REVOKED_KEPT_MS,
} from "./limits/access.ts";

/** The roles; each may do what the one before it may. */
export const ACCESS_ROLES = ["read", "submit", "operate"] as const;
export type AccessRole = (typeof ACCESS_ROLES)[number];

export const TOKEN_CHARS = 32;
const TOKEN = /^hs_(read|submit|operate)_[0-9A-Za-z]{32}$/;
/** The name of a token in the store; tokens that nodes get in files are named otherwise. */
export const ACCESS_NAME_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]*$";

/** What a token's holder may do. */
export interface AccessGrant {
	readonly role: AccessRole;
	/** The queues to which it is restricted; undefined for all. The same holds for types. */
	readonly queues?: readonly string[];
	readonly types?: readonly string[];
	/** Whether a holder that may `read` may see payloads, results and errors, too. */
	readonly payloads?: true;
}

/** The record of a token, valid or revoked. */
export interface AccessToken extends AccessGrant {
	readonly name: string;
	/** The token's SHA-256, in hexadecimal digits. */
	readonly hash: string;
	/** Rises with each change of this or another token. */
	readonly version: number;
	/** When the token was created, in the store's time, like all times here. */
	readonly createdMs: number;
	readonly expiresMs?: number;
	readonly revokedMs?: number;
	/** The hour in which it was last used, as far as that was reported. It is not part of the record. */
	readonly usedMs?: number;
}

/** The role that the token's prefix names; undefined if the text is no token. */
export function roleOfToken(text: string): AccessRole | undefined {
	return TOKEN.exec(text)?.[1] as AccessRole | undefined;
}

/** The name that stands for the asker if nobody needs a token. */
export const NOBODY = "-";

/** Makes a text safe to log: a token that somebody put there by mistake is made unusable. */
export function withoutTokens(text: string): string {
	return text.replaceAll(/(hs_(?:read|submit|operate)_)[0-9A-Za-z]+/g, "$1…");
}

export function mayDo(role: AccessRole, needed: AccessRole): boolean {
	return ACCESS_ROLES.indexOf(role) >= ACCESS_ROLES.indexOf(needed);
}

export function seesPayloads({ role, payloads }: AccessGrant): boolean {
	return role !== "read" || payloads === true;
}

export function isRestricted({
	queues,
	types,
}: Pick<AccessGrant, "queues" | "types">): boolean {
	return queues !== undefined || types !== undefined;
}

/** Whether the grant reaches a task of this queue and type. */
export function reaches(
	{ queues, types }: Pick<AccessGrant, "queues" | "types">,
	{ queue, type }: { readonly queue: string; readonly type: string },
): boolean {
	const isOf = (names: readonly string[] | undefined, name: string) =>
		names === undefined || names.includes(name);
	return isOf(queues, queue) && isOf(types, type);
}

/**
 * Whether a record counts rather than another of its name. If both have one version, the
 * one that revokes counts, since that does no harm.
 */
export function isNewer(
	token: AccessToken,
	than: AccessToken | undefined,
): boolean {
	if (than === undefined || token.version > than.version) return true;
	const revokes = token.revokedMs !== undefined && than.revokedMs === undefined;
	return token.version === than.version && revokes;
}

/**
 * The records that are remembered, by name: all tokens, and revoked ones that are not too
 * old or too many.
 */
export function remembered(
	tokens: Iterable<AccessToken>,
	nowMs: number,
): Map<string, AccessToken> {
	const all = [...tokens];
	const lastFirst = (a: AccessToken, b: AccessToken) =>
		(b.revokedMs ?? 0) - (a.revokedMs ?? 0) || (a.name < b.name ? 1 : -1);
	const revoked = all
		.filter(({ revokedMs }) => revokedMs !== undefined)
		.filter(({ revokedMs = 0 }) => revokedMs > nowMs - ACCESS_REVOKED_KEPT_MS)
		.sort(lastFirst)
		.slice(0, ACCESS_REVOKED_KEPT_MAX);
	const live = all.filter(({ revokedMs }) => revokedMs === undefined);
	return new Map([...live, ...revoked].map((token) => [token.name, token]));
}

/** What two sides, each of which may have lost something, know together. */
interface Merged {
	/** The tokens, by name. */
	readonly tokens: ReadonlyMap<string, AccessToken>;
	/** The tokens that the store does not have. */
	readonly lost: readonly AccessToken[];
}

/**
 * Merges what a node knows about tokens with what it has just read, which is all that the
 * store has if it `isWhole`: the newer record of each name counts. If a store remembers
 * as many revoked tokens as it can, a token that it lacks may be one of those that it has
 * discarded, and is discarded, too.
 */
export function mergeTokens(
	known: ReadonlyMap<string, AccessToken>,
	read: readonly AccessToken[],
	isWhole: boolean,
	nowMs: number,
): Merged {
	const all = new Map(known);
	const lost = new Map<string, AccessToken>();
	for (const token of read) {
		const own = all.get(token.name);
		const isOurs = own !== undefined && isNewer(own, token);
		if (isOurs) lost.set(own.name, own);
		else all.set(token.name, token);
	}
	if (isWhole) {
		const names = new Set(read.map(({ name }) => name));
		const horizon = horizonOf(read);
		for (const own of known.values()) {
			if (names.has(own.name)) continue;
			if (own.version > horizon) lost.set(own.name, own);
			else all.delete(own.name);
		}
	}
	const tokens = remembered(all.values(), nowMs);
	return {
		tokens,
		lost: [...lost.values()].filter(({ name }) => tokens.has(name)),
	};
}

/** The version below which a token may have been revoked, and its record discarded. */
function horizonOf(stored: readonly AccessToken[]): number {
	const revoked = stored.filter(({ revokedMs }) => revokedMs !== undefined);
	return revoked.length < ACCESS_REVOKED_KEPT_MAX
		? 0
		: Math.min(...revoked.map(({ version }) => version));
}
