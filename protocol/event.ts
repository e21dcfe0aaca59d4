/**
 * Events: what has happened to tasks, nodes, sessions and the store, as readers see it.
 *
 * Those of tasks and sessions, and what becomes of a node, are written by the store with the
 * step that brings them about, so every node tells the same. Whether a node is suspect or cut
 * off, and whether the store is away, is the view of the node that tells it.
 */

import type { SessionName } from "./lease.ts";
import type { Route } from "./route.ts";
import type { AttemptEnd, TaskState } from "./state.ts";

/** Events of tasks, which the store writes. */
const TASK_EVENTS = [
	"task.accepted",
	/** The task is due now: it waits. */
	"task.due",
	"task.started",
	/** The task's attempt is over without a result, and the task is to run again. */
	"task.put-back",
	"task.changed",
	/** The task runs, and somebody has asked it to end. */
	"task.cancel-asked",
	"task.ended",
	"task.reopened",
	/** The task was deleted because somebody asked for it; no event reports tasks that are discarded in time. */
	"task.deleted",
] as const;

/** Events of nodes and of what surrounds them, which the store writes. */
const STORE_EVENTS = [
	"node.up",
	"node.draining",
	/** The node's machine may soon be taken away. */
	"node.at-risk",
	/** The node has said goodbye. */
	"node.left",
	/** The node's session was revoked. */
	"node.dead",
	"session.revoked",
	"audit",
] as const;

/**
 * Events of a node's own view, which it reports when they happen, and never again. `node.up`
 * is also reported by the store, when it opens a session.
 */
const VIEW_EVENTS = [
	"node.suspect",
	"node.cut-off",
	"store.away",
	"store.back",
] as const;

export const EVENT_KINDS = [
	...TASK_EVENTS,
	...STORE_EVENTS,
	...VIEW_EVENTS,
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** The kinds of events that a node reports as its own view. */
export type ViewKind = (typeof VIEW_EVENTS)[number] | "node.up";
/** The kinds of events that the store reports. */
export type StoredKind =
	| (typeof TASK_EVENTS)[number]
	| (typeof STORE_EVENTS)[number];

/** What events of one step have in common. */
export interface EventAbout {
	readonly kind: StoredKind;
	/** The route of the task; undefined if it is not known, as the task's text could not be read. */
	readonly route?: Route;
	readonly tags?: readonly string[];
	readonly round?: number;
	/** The session of the attempt that it is about. */
	readonly session?: SessionName;
	readonly attempt?: number;
	/** The state in which the event leaves the tasks, if it is the same for all. */
	readonly state?: TaskState;
	/** How the event has ended the attempt under way. */
	readonly end?: AttemptEnd | "not-begun";
	/** Who has asked the task to end. */
	readonly by?: string;
	/** On what grounds a session was revoked. */
	readonly why?: string;
}

/** An event as the store has it. */
export interface StoreEvent {
	/** The same object for all events of a step that have it in common. */
	readonly about: EventAbout;
	/** The id of the task, the node or the session; of an `audit`, what was done, as a line of JSON. */
	readonly id: string;
	/** The token of the attempt that it is about. */
	readonly token?: number;
	/** Until when the task is SCHEDULED. */
	readonly dueMs?: number;
	readonly priority?: number;
	/** The epoch of the node's session. */
	readonly epoch?: number;
	/** The number of tasks that a revoked session ran. */
	readonly tasks?: number;
}

/** An event that a node reports as its own view. */
export interface ViewEvent {
	readonly kind: ViewKind;
	readonly atMs: number;
	/** The id of the node whose view it is. */
	readonly by: string;
	/** The id of the node that it is about, if it is about one. */
	readonly node?: string;
	/** Why the store is away. */
	readonly why?: string;
}

/** A place in the stream of a shard: behind an entry, or where an entry began that is gone now. */
export interface EventPlace {
	/** The generation of the shard when what precedes the place was read. */
	readonly generation: number;
	/** The bytes of all that was written before the place. */
	readonly bytes: number;
	/** When the entry before the place was written, in the store's time; 0 if that is not known. */
	readonly ms: number;
}
