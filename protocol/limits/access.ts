/**
 * Limits of who may do what: of access tokens, and of what one may ask for.
 */

/** Tokens of a cluster, including expired ones. One more: 409 `too_many_tokens`. */
export const ACCESS_TOKENS_MAX = 1_000;
export const ACCESS_NAME_CHARS_MAX = 64;
/** Queues, and as many types, to which one token may be restricted. More: 400. */
export const ACCESS_NAMES_MAX = 8;
/**
 * For so long a revoked token is remembered as revoked; if there are more of them than
 * this, those revoked last are.
 */
export const ACCESS_REVOKED_KEPT_MS = 30 * 24 * 60 * 60 * 1_000;
export const ACCESS_REVOKED_KEPT_MAX = 1_000;
/** Tokens that are read in one step; more are read in the next. */
export const ACCESS_STEP_MAX = 200;
/**
 * How often a node that knows tokens reads all of them; otherwise it reads only those
 * that were changed.
 */
export const ACCESS_WHOLE_MS = 60 * 1_000;
/** Tokens that a node restores in one step in a store that has lost them. */
export const ACCESS_PUT_BACK_MAX = 64;
/** When a token was last used is reported to the hour, and at most this often by each node. */
export const ACCESS_HOUR_MS = 60 * 60 * 1_000;
export const ACCESS_USED_MS = 60 * 1_000;
/** Names of tokens that one step reports as used; more are reported in the next. */
export const ACCESS_USED_MAX = 64;
/**
 * Each pulse confirms what a node knows about tokens. If that is older than this, a token
 * that the node does not know may still be one: 503.
 */
export const ACCESS_FRESH_MS = 2_500;
/** The longest that a token lasts, if it is to expire. */
export const ACCESS_EXPIRES_MS_MAX = 3_650 * 24 * 60 * 60 * 1_000;

// --- The file of tokens that one node is given.

/** How often the file is looked at; if it has changed it is read anew. */
export const TOKEN_FILE_LOOK_MS = 1_000;
/** The largest file. A larger one is refused. */
export const TOKEN_FILE_BYTES_MAX = 1024 * 1024;

// --- How much one may ask for.

/** The most that `--rate` takes. Beyond what it says: 429 `rate_limited`. */
export const RATE_MAX = 1_000_000;
