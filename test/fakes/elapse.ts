/** What time brings about in one shard of the store's twin. */
import type { ElapseReply } from "../../node/ports.ts";
import { byRoute } from "./shard-queues.ts";
import type { Tasks } from "./shard-tasks.ts";

/** Ends expired tasks, and lets due ones wait: at most so many of each. */
export function elapse(
	tasks: Tasks,
	limit: number,
	nowMs: number,
): ElapseReply {
	const expiredIds = tasks.times.expired(nowMs, limit);
	for (const id of expiredIds) tasks.expire(id, nowMs);
	const promoted = tasks.promote(tasks.times.due(nowMs, limit), nowMs);
	const { nextMs: nextTimeMs } = tasks.times;
	return { nowMs, nextTimeMs, expiredIds, promoted: byRoute(promoted) };
}
