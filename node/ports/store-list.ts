/** Lists of a shard's tasks, one step at a time. */
import type { TaskState } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import type { TaskFilter } from "../../protocol/task-filter.ts";

export interface ListRequest {
	/** One state or several; undefined for all. */
	readonly state: TaskState | readonly TaskState[] | undefined;
	/** Only tasks created before this creation number. */
	readonly beforeSeq: number;
	readonly limit: number;
	readonly filter?: TaskFilter;
	/** Only this task. */
	readonly only?: string;
	/** Payloads are LEFT_OUT, and so are results. */
	readonly brief?: true;
	/** From the step before this one, in the same list. */
	readonly ahead?: TasksAhead;
}

/**
 * Which tasks come next, as found by a step that then looked at only some of them. Only
 * the store reads it.
 */
export interface TasksAhead {
	/** Ids and creation numbers, newest first. */
	readonly found: readonly (string | number)[];
	/** Down to this creation number; 0 if these are all. */
	readonly floor: number;
}

export interface ListReply {
	readonly tasks: readonly TaskRecord[];
	/**
	 * There are older tasks; or there may be, because the step ended before it had found
	 * `limit` tasks, or one more.
	 */
	readonly more: boolean;
	/** All tasks from this creation number on were looked at; 0 if these are all. */
	readonly downToSeq: number;
	/** When this was so, in the store's time. */
	readonly nowMs: number;
	/** For the next step, which then need not find them again. */
	readonly ahead?: TasksAhead;
}
