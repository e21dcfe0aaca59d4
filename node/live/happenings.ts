/**
 * Happenings: the events that are worth telling whoever looks at a page: what becomes of nodes, sessions and the
 * store, and tasks that failed, moved, or were acted upon. Of too many at once those of tasks are left out first.
 */
import type { EventKind } from "../../protocol/event.ts";
import { LIVE_EVENTS_MAX } from "../../protocol/limits.ts";
import type { EventAsRead } from "../../protocol/schema/events.ts";

/** The events of tasks that are shown, besides ends other than successes, and moves. */
const WISHES: ReadonlySet<string> = new Set<EventKind>([
	...(["task.cancel-asked", "task.reopened", "task.deleted"] as const),
]);

export class Happenings {
	/** Events that were told, oldest first. */
	#told: EventAsRead[] = [];
	/** The newest events of each kind, in order, numbered. */
	#ofNodes: Numbered[] = [];
	#ofTasks: Numbered[] = [];
	#count = 0;
	#number = 0;

	/** `hasMoved`: an attempt begins whose task was cut off elsewhere. */
	happened(event: EventAsRead, hasMoved: boolean): void {
		if (!isWorth(event, hasMoved)) return;
		this.#count += 1;
		const list = isOfTask(event) ? this.#ofTasks : this.#ofNodes;
		list.push({ event, number: this.#number++ });
		if (list.length > LIVE_EVENTS_MAX) list.shift();
	}

	/** The events that were told last. */
	get last(): readonly EventAsRead[] {
		return this.#told;
	}

	/** What has happened since the last call: as many events as may be told at once, and the number of the others. */
	take(): { readonly events: EventAsRead[]; readonly more: number } {
		const room = LIVE_EVENTS_MAX - this.#ofNodes.length;
		const tasks = room > 0 ? this.#ofTasks.slice(-room) : [];
		const events = [...this.#ofNodes, ...tasks]
			.sort((a, b) => a.number - b.number)
			.map(({ event }) => event);
		const more = this.#count - events.length;
		this.#ofNodes = [];
		this.#ofTasks = [];
		this.#count = 0;
		this.#told = [...this.#told, ...events].slice(-LIVE_EVENTS_MAX);
		return { events, more };
	}
}

interface Numbered {
	readonly event: EventAsRead;
	readonly number: number;
}

function isOfTask({ kind }: EventAsRead): boolean {
	return kind.startsWith("task.");
}

function isWorth(event: EventAsRead, hasMoved: boolean): boolean {
	const { kind, state, end, tasks } = event;
	if (!isOfTask(event)) return kind !== "session.revoked" || tasks !== 0;
	if (WISHES.has(kind)) return true;
	if (kind === "task.started") return hasMoved;
	if (kind === "task.put-back")
		return end !== "snoozed" && end !== "handed-back" && end !== "not-begun";
	return kind === "task.ended" && state !== "SUCCESS";
}
