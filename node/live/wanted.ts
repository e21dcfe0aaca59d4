/** The events of which frames are made: all except those of tasks that come, wait, or are changed. */
import type { EventKind } from "../../protocol/event.ts";
import type { EventQuery } from "../../protocol/event-filter.ts";

const KINDS: readonly EventKind[] = [
	...(["task.started", "task.put-back", "task.ended", "task.deleted"] as const),
	...(["task.cancel-asked", "task.reopened"] as const),
	...(["node.up", "node.draining", "node.at-risk", "node.left"] as const),
	...([
		"node.dead",
		"node.suspect",
		"node.cut-off",
		"session.revoked",
	] as const),
	...(["audit", "store.away", "store.back"] as const),
];
export const WANTED: EventQuery = {
	...{ kinds: KINDS, types: [], queues: [], tags: [], tasks: [], nodes: [] },
};
