/** An event as a user reads it, made from an event as the store or a node tells it. */
import { readAskedBy } from "./asked-by.ts";
import type { StoreEvent, ViewEvent } from "./event.ts";
import { parseSession } from "./lease.ts";
import { parseRoute } from "./route.ts";
import type { EventAsRead } from "./schema/events.ts";
import { isoTime } from "./view.ts";

type NameOf = (nodeId: string) => string | undefined;

/** An event as a user reads it. `atMs`: in the store's time. */
export function readEvent(
	event: StoreEvent,
	shard: number,
	atMs: number,
	nameOf: NameOf,
): EventAsRead {
	const { about, id } = event;
	const { kind } = about;
	const told = { kind, at: isoTime(atMs), shard };
	if (kind === "audit") return { ...told, audit: readLine(id) };
	if (kind.startsWith("task."))
		return { ...told, ...readTaskEvent(event, nameOf) };
	const { nodeId, epoch } =
		kind === "session.revoked"
			? parseSession(id)
			: { nodeId: id, epoch: event.epoch };
	return {
		...{ ...told, ...readNode(nodeId, nameOf) },
		...(epoch !== undefined && { epoch }),
		...(event.tasks !== undefined && { tasks: event.tasks }),
		...(about.why !== undefined && { why: about.why }),
	};
}

export function readView(view: ViewEvent, nameOf: NameOf): EventAsRead {
	const { kind, atMs, by, node, why } = view;
	return {
		...{ kind, at: isoTime(atMs), by },
		...(node !== undefined && readNode(node, nameOf)),
		...(why !== undefined && { why }),
	};
}

function readTaskEvent(
	{ about, id, token, dueMs, priority }: StoreEvent,
	nameOf: NameOf,
): Partial<EventAsRead> {
	const { route = "", tags = [], session } = about;
	const { labels = [], ...parts } = parseRoute(route) ?? {};
	const waits = dueMs === undefined ? "PENDING" : "SCHEDULED";
	const isKnown =
		about.state ?? (about.kind === "task.deleted" ? undefined : waits);
	return {
		...{ task: id, ...parts },
		...(labels.length > 0 && { labels: [...labels] }),
		...(tags.length > 0 && { tags: [...tags] }),
		...(isKnown !== undefined && { state: isKnown }),
		...(about.round !== undefined && { round: about.round }),
		...(about.attempt !== undefined && { attempt: about.attempt }),
		...(token !== undefined && { token }),
		...(session !== undefined &&
			readNode(parseSession(session).nodeId, nameOf)),
		...(about.end !== undefined && { end: about.end }),
		...(priority !== undefined && { priority }),
		...(dueMs !== undefined && { dueAt: isoTime(dueMs) }),
		...(about.by !== undefined && readAskedBy(about.by)),
	};
}

function readNode(node: string, nameOf: NameOf) {
	const nodeName = nameOf(node);
	return { node, ...(nodeName !== undefined && { nodeName }) };
}

/** The line of an audit; what somebody wrote there by hand is shown as it is. */
function readLine(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return line;
	}
}
