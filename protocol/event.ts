/**
 * Events: what has happened to tasks, nodes, sessions and the store, as readers are told of it.
 *
 * Those of tasks and sessions, and what becomes of a node, are written by the store with the
 * step that brings them about, so every node tells the same. Whether a node is suspect or cut
 * off, and whether the store is away, is the view of the node that tells it.
 */

import type { SessionName } from "./lease.ts";
import type { Route } from "./route.ts";
import type { AttemptEnd, TaskState } from "./state.ts";

/** Of tasks, written by the store. */
const TASK_EVENTS = [
	"task.accepted",
	/** Its time has come: it waits. */
	"task.due",
	"task.started",
	/** Its attempt is over without a result, and it is to run again. */
	"task.put-back",
	"task.changed",
	/** It runs, and somebody has asked it to end. */
	"task.cancel-asked",
	"task.ended",
	"task.reopened",
	/** On somebody's wish; what is forgotten in time is told of by none. */
	"task.deleted",
] as const;

/** Of nodes and what is around them, written by the store. */
const STORE_EVENTS = [
	"node.up",
	"node.draining",
	/** Its machine may soon be taken away. */
	"node.at-risk",
	/** It has said goodbye. */
	"node.left",
	/** Its session was revoked. */
	"node.dead",
	"session.revoked",
	"audit",
] as const;

/**
 * As the node sees it that tells it: when they come about, and never again. `node.up` is also
 * told by the store, when it opens a session.
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

/** Told by a node of its own accord. */
export type ViewKind = (typeof VIEW_EVENTS)[number] | "node.up";
/** Told by the store. */
export type StoredKind =
	| (typeof TASK_EVENTS)[number]
	| (typeof STORE_EVENTS)[number];

/** What events that came about in one step have in common. */
export interface EventAbout {
	readonly kind: StoredKind;
	/** Of a task; undefined if it is not known, as its text could not be read. */
	readonly route?: Route;
	readonly tags?: readonly string[];
	readonly round?: number;
	/** Of the attempt that it is about. */
	readonly session?: SessionName;
	readonly attempt?: number;
	/** The state that the task is in by it, if all of these are in the same. */
	readonly state?: TaskState;
	/** How the attempt under way has ended by it. */
	readonly end?: AttemptEnd | "not-begun";
	/** Who has asked the task to end. */
	readonly by?: string;
	/** On what grounds a session was revoked. */
	readonly why?: string;
}

/** As the store has it. */
export interface StoreEvent {
	/** The same object for all events of a step that have it in common. */
	readonly about: EventAbout;
	/** Of the task, the node or the session; what was done, as a line of JSON, if that is an `audit`. */
	readonly id: string;
	/** Of the attempt that it is about. */
	readonly token?: number;
	/** The task is SCHEDULED until then. */
	readonly dueMs?: number;
	readonly priority?: number;
	/** Of a node: of its session. */
	readonly epoch?: number;
	/** Tasks that a revoked session ran. */
	readonly tasks?: number;
}

/** What a node tells as its own view. */
export interface ViewEvent {
	readonly kind: ViewKind;
	readonly atMs: number;
	/** Whose view it is: a node's id. */
	readonly by: string;
	/** Which one, of a node. */
	readonly node?: string;
	/** Why the store is away. */
	readonly why?: string;
}

/** A place in the stream of a shard: behind an entry, or where one that is not there any more began. */
export interface EventPlace {
	/** Of the shard, when what is before the place was read. */
	readonly generation: number;
	/** Of all that was written before it. */
	readonly bytes: number;
	/** When the entry before it was written, in the store's time; 0: not known. */
	readonly ms: number;
}
