/** What tests let a shard keep of ended tasks, and say that it does. */
import type { EndKind, Keeps, Kept } from "../protocol/keep.ts";
import { SUCCESSES_KEPT_MS } from "../protocol/limits.ts";

/** So many of each kind, for so long. */
export function keeping(number: number, ms = SUCCESSES_KEPT_MS): Keeps {
	const keep = { number, ms, bytes: Number.MAX_SAFE_INTEGER };
	return { successes: keep, failures: keep };
}

export const NONE_KEPT: Readonly<Record<EndKind, Kept>> = {
	successes: { number: 0, bytes: 0 },
	failures: { number: 0, bytes: 0 },
};
