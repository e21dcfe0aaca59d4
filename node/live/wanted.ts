/** The events that frames are made of: all but those of tasks that come, wait, or are changed. */
import type { EventKind } from "../../protocol/event.ts";
import type { EventQuery } from "../../protocol/event-filter.ts";

const KINDS: readonly EventKind[] = [
	...(["task.started", "task.put-back", "task.ended", "task.deleted"] as const),
	...(["task.cancel-asked", "task.reopened"] as const),
	...(["node.up", "node.draining", "node.left", "node.dead"] as const),
	...(["session.revoked", "audit", "node.suspect", "node.cut-off"] as const),
	...(["store.away", "store.back"] as const),
];
export const WANTED: EventQuery = {
	...{ kinds: KINDS, types: [], queues: [], tags: [], tasks: [], nodes: [] },
};
