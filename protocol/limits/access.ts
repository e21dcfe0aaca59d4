/** Limits of who may do what: of access tokens, and of what one may ask for. */

/** Tokens of a cluster, expired ones among them. One more: 409 `too_many_tokens`. */
export const ACCESS_TOKENS_MAX = 1_000;
export const ACCESS_NAME_CHARS_MAX = 64;
/** Queues, and as many types, to which one token may be restricted. More: 400. */
export const ACCESS_NAMES_MAX = 8;
/** That a token is revoked is remembered for so long, and of more such tokens than this for those revoked last. */
export const ACCESS_REVOKED_KEPT_MS = 30 * 24 * 60 * 60 * 1_000;
export const ACCESS_REVOKED_KEPT_MAX = 1_000;
/** Tokens that are read in one step; more are read in the next. */
export const ACCESS_STEP_MAX = 200;
/** A node that knows of tokens reads all of them so often, and else only those that were changed. */
export const ACCESS_WHOLE_MS = 60 * 1_000;
/** Tokens that a node puts back in one step into a store that has lost them. */
export const ACCESS_PUT_BACK_MAX = 64;
/** When a token was last used is told to the hour, and by each node so often at most. */
export const ACCESS_HOUR_MS = 60 * 60 * 1_000;
export const ACCESS_USED_MS = 60 * 1_000;
/** Names of tokens that are told in one step to have been used; more are told in the next. */
export const ACCESS_USED_MAX = 64;
/** What a node knows of the tokens is told by each pulse to be new; older than this, a token that it does not know may be one all the same: 503. */
export const ACCESS_FRESH_MS = 2_500;
/** A token lasts for so long at most, if it is to expire. */
export const ACCESS_EXPIRES_MS_MAX = 3_650 * 24 * 60 * 60 * 1_000;

// --- The file of tokens that one node is given.

/** It is looked at so often; one that was changed is read anew. */
export const TOKEN_FILE_LOOK_MS = 1_000;
/** A larger one is refused. */
export const TOKEN_FILE_BYTES_MAX = 1024 * 1024;

// --- How much one may ask for.

/** The most that `--rate` takes; beyond what it says: 429 `rate_limited`. */
export const RATE_MAX = 1_000_000;
