/**
 * A task's rank: its place in the queue of its route. Lower ranks go first.
 *
 *     rank = (255 − priority) × 2^45 + seq
 *
 * So a higher priority goes first and, within one priority, the task that came first.
 * `seq` is the shard's creation number. It follows the store's clock, 64 numbers a
 * millisecond counted from the start of 2026, and never repeats or falls:
 *
 *     seq = max(last seq + 1, (now − 2026-01-01) × 64)
 *
 * So creation numbers of different shards compare by time of creation, by which lists
 * across shards are sorted. 45 bits last until 2043, and a rank stays below 2^53, exact
 * in a double (the score of a Redis sorted set).
 */
import { PRIORITY_MAX } from "./limits.ts";

export const SEQ_SPAN = 2 ** 45;
export const SEQ_PER_MS = 64;
export const SEQ_EPOCH_MS = Date.UTC(2026, 0, 1);

export function rankOf(priority: number, seq: number): number {
	return (PRIORITY_MAX - priority) * SEQ_SPAN + seq;
}

export function priorityOf(rank: number): number {
	return PRIORITY_MAX - Math.floor(rank / SEQ_SPAN);
}

/** The creation number that follows `last` at `nowMs` of the store's clock. */
export function nextSeq(last: number, nowMs: number): number {
	return Math.max(last + 1, (nowMs - SEQ_EPOCH_MS) * SEQ_PER_MS);
}

/** When a creation number was given, by the store's clock; later than that if many were given at once. */
export function msOfSeq(seq: number): number {
	return SEQ_EPOCH_MS + Math.floor(seq / SEQ_PER_MS);
}
