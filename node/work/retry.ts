/** Whether a task that failed is tried again, and when. */
import { type Backoff, backoffMs } from "../../protocol/backoff.ts";
import { BACKOFF_MS_MAX } from "../../protocol/limits.ts";
import type { Job } from "../ports.ts";

/** What the thrown error asks for. */
export interface RetryWish {
	/** The task is not to be tried again, whatever retries are left. */
	readonly retry?: false;
	/** The task is to be tried no sooner than after this. */
	readonly retryAfterMs?: number;
}

/**
 * How long the task waits for its next attempt; undefined if this was its last. `unit`:
 * chance, from 0 to 1.
 */
export function retryAfterMs(
	{ retries, failures }: Pick<Job, "retries" | "failures">,
	backoff: Backoff,
	{ retry, retryAfterMs }: RetryWish,
	unit: number,
): number | undefined {
	if (retry === false || failures >= retries) return undefined;
	const atLeastMs = Math.min(retryAfterMs ?? 0, BACKOFF_MS_MAX);
	return backoffMs(backoff, failures + 1, unit, atLeastMs);
}
