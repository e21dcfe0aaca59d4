/**
 * The store's counts are right, and every task that is PENDING stands in a
 * queue.
 */
import type { History } from "./history.ts";

export function judgeBooks({ miscounts }: History): string[] {
	return miscounts.map(({ atMs, what }) => `${what} at ${atMs} ms`);
}
