/** What the HTTP side asks of the node, by subject; and in full what it asks about tasks. */
import type { BulkAction } from "../../protocol/bulk.ts";
import type { Problem } from "../../protocol/problem.ts";
import type { Route } from "../../protocol/route.ts";
import type { NewTask, TaskRecord } from "../../protocol/task.ts";
import type { Changes } from "../../protocol/task-change.ts";
import type { TaskQuery } from "../../protocol/task-filter.ts";
import type { AccessApi, Audit } from "./access.ts";
import type { ClusterApi, OverviewApi } from "./cluster-api.ts";
import type { EventApi } from "./event-api.ts";
import type { LiveApi } from "./live-api.ts";
import type { MeterApi } from "./meter.ts";
import type { KnownTask } from "./store-tasks.ts";
import type { ChangeReply } from "./store-wishes.ts";

export interface Taken {
	readonly ok: true;
	/** False if the same task was there already. */
	readonly created: boolean;
	readonly id: string;
	/** The task is not due yet. */
	readonly scheduled?: true;
	/** The task, if it was there already. */
	readonly existing?: KnownTask;
	/** Its first attempt, if the step that stored the task also began that. */
	readonly started?: {
		readonly attempt: number;
		readonly node: string;
		readonly token: number;
	};
}

export type Submitted =
	| Taken
	| { readonly ok: false; readonly problem: Problem };

export interface CancelWish {
	/** The round that is meant; undefined for any. */
	readonly round: number | undefined;
	/** Empty if none was given. */
	readonly reason: string;
	readonly force: boolean;
	/** The name of the access token that asks; absent: none was needed. */
	readonly asker?: string | undefined;
}

export interface Cancelled {
	/** `marked`: the task runs, and ends when its holder has stopped it. */
	readonly code: "done" | "marked" | "ended";
	readonly task: TaskRecord;
}

export interface RetryWish {
	/** The round that is meant; undefined for any. */
	readonly round: number | undefined;
	/** The task is due after this. */
	readonly delayMs: number;
}

export interface Retried {
	/** `same`: nothing was done, because another round is meant. */
	readonly code: "done" | "same" | "not_ended" | "succeeded";
	readonly task: TaskRecord;
}

/**
 * Nothing was done if the task does not wait, would expire before it is due (`early`), or
 * is changed by others all the time (`other`).
 */
export interface Changed {
	readonly code: Exclude<ChangeReply["code"], "none">;
	/** The task as it is after that. */
	readonly task: TaskRecord;
}

export interface Removed {
	readonly code: "done" | "not_ended";
	/** The task as it was. */
	readonly task: TaskRecord;
}

export interface TaskPage {
	readonly tasks: readonly TaskRecord[];
	/** The cursor of the next page; undefined on the last. */
	readonly cursor: string | undefined;
	/** As of when the page is true, in the store's time. */
	readonly asOfMs: number;
	/**
	 * The page is short because much had to be searched: all tasks created since then were
	 * looked at.
	 */
	readonly searchedBackToMs?: number;
}

export interface ListWish {
	readonly query: TaskQuery;
	/** Payloads and results are left out. */
	readonly isBrief: boolean;
	readonly limit: number;
	/** The cursor of the page before; undefined for the first. */
	readonly cursor: string | undefined;
}

/**
 * What a node answers its users, by subject. Every method that needs the store throws
 * `StoreError` if it cannot be had, unless it says otherwise.
 */
export interface Api {
	readonly tasks: TaskApi;
	readonly ends: EndApi;
	readonly cluster: ClusterApi;
	readonly overview: OverviewApi;
	readonly meter: MeterApi;
	readonly access: AccessApi;
	readonly audit: Audit;
	readonly events: EventApi;
	readonly live: LiveApi;
}

export interface BulkWish {
	readonly action: BulkAction;
	readonly query: TaskQuery;
	/** Nothing is done; what would be done is counted. */
	readonly isDry: boolean;
	/** The most tasks; undefined for all. */
	readonly limit: number | undefined;
	/** The cursor of the request before; undefined at the beginning. */
	readonly cursor: string | undefined;
	/** The reason of a cancel. Empty if none was given. */
	readonly reason: string;
	readonly force: boolean;
	/** The name of the access token that asks for a cancel; absent if none was needed. */
	readonly asker?: string | undefined;
	/** Retries become due within this time, spread over it. */
	readonly spreadMs: number;
}

export interface BulkDone {
	/** Tasks that match, and are in a state that allows it. */
	readonly matched: number;
	/**
	 * How many of these were changed; and how many were not, because something else had
	 * happened to them meanwhile.
	 */
	readonly changed: number;
	readonly skipped: number;
	/** The cursor to go on with; undefined once all are through. */
	readonly cursor?: string;
}

export interface TaskApi {
	/**
	 * Outcomes in order. Trouble with the store is an outcome, too: each task has its own.
	 */
	submit(tasks: readonly NewTask[]): Promise<Submitted[]>;
	/**
	 * What `submit` would say of those whose id is taken already, in order; undefined for the
	 * others. Nothing is submitted.
	 */
	known(tasks: readonly NewTask[]): Promise<(Submitted | undefined)[]>;
	/** Undefined if there is no such task. */
	routeOf(id: string): Promise<Route | undefined>;
	/** Undefined if there was no place or no room to read it. */
	get(id: string, place: ReaderPlace): Promise<Found | undefined>;
	/**
	 * How many tasks wait before a PENDING one, in the queue of its route in its shard;
	 * undefined if it no longer waits.
	 */
	ahead(task: TaskRecord): Promise<number | undefined>;
	/** The newest run of the id that is kept, under whatever id it has. As `get`. */
	newest(id: string, place: ReaderPlace): Promise<Found | undefined>;
	/** Newest first. Undefined if the cursor does not belong to this list. */
	list(wish: ListWish): Promise<TaskPage | undefined>;
	/**
	 * Does it to all tasks that match, until the request's time is over, the signal fires,
	 * or the asker may not go on: it is looked at before anything is changed. Undefined if
	 * the cursor belongs to another filter or action.
	 */
	bulk(
		wish: BulkWish,
		signal: AbortSignal,
		mayGoOn: () => boolean,
	): Promise<BulkDone | undefined>;
	/**
	 * Asks a task to end. Returns the task as it is after that; `ended`: it had ended
	 * otherwise. Undefined if there is no such task.
	 */
	cancel(id: string, wish: CancelWish, place: ReaderPlace): Wished<Cancelled>;
	/**
	 * Reopens a task that has ended without success. Returns the task as it is after that;
	 * undefined if there is no such task.
	 */
	retry(id: string, wish: RetryWish, place: ReaderPlace): Wished<Retried>;
	/** Changes a task that waits or is SCHEDULED. Undefined if there is no such task. */
	patch(id: string, changes: Changes, place: ReaderPlace): Wished<Changed>;
	/** Deletes a task that has ended. Undefined if there is no such task. */
	remove(id: string, place: ReaderPlace): Wished<Removed>;
	/** A new id: 20 characters, ordered by time. */
	newId(): string;
}

/** What was read of one task, which may be nothing: there is no such task. */
export interface Found {
	readonly record: TaskRecord | undefined;
}

/**
 * What became of a wish for one task; `unread`: the task could not be read, as there was no
 * room for it for as long as its reader waited.
 */
export type Wished<Done> = Promise<Done | "unread" | undefined>;

/** For clients that wait for a task to end. */
export interface EndApi {
	/**
	 * The task as soon as it has ended, or as it is when the time is over or the signal
	 * fires. Undefined if it may not be read then. The reader's place is left once the task
	 * was seen not to have ended, and entered before it is read again.
	 */
	awaitEnd(
		id: string,
		ms: number,
		signal: AbortSignal,
		place: ReaderPlace,
	): Promise<Found | undefined>;
}

/** The place of a client that reads a task: only so many are read at once, and only what there is room for. */
export interface ReaderPlace {
	/** So many bytes may be read as it is. */
	readonly bytesMax: number;
	leave(): void;
	/**
	 * Whether a task of so many bytes may be read, or kept if it has been read already
	 * (`isRead`); perhaps after a while. 0 for one that may be read up to `bytesMax`.
	 */
	enter(bytes: number, isRead: boolean): boolean | Promise<boolean>;
	/**
	 * Whether tasks of this route exist for the reader. It is asked whenever one was read:
	 * since the reader began to wait, the id may have become a task of others.
	 */
	reaches(route: Route): boolean;
}
