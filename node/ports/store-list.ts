/** Lists of the tasks of a shard, step by step. */
import type { TaskState } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import type { TaskFilter } from "../../protocol/task-filter.ts";

export interface ListRequest {
	/** Or one of several. Undefined: all states. */
	readonly state: TaskState | readonly TaskState[] | undefined;
	/** Only tasks created before this creation number. */
	readonly beforeSeq: number;
	readonly limit: number;
	readonly filter?: TaskFilter;
	/** No task but this one. */
	readonly only?: string;
	/** Payloads are LEFT_OUT, and results, too. */
	readonly brief?: true;
	/** Of the step before this one, in the same list. */
	readonly ahead?: TasksAhead;
}

/** Which tasks come next, as a step has found out that then looked at some of them. For the store alone. */
export interface TasksAhead {
	/** Ids and creation numbers, newest first. */
	readonly found: readonly (string | number)[];
	/** Down to this creation number; 0: all there are. */
	readonly floor: number;
}

export interface ListReply {
	readonly tasks: readonly TaskRecord[];
	/** There are older ones; or there may be, as the step came to its end before it had found `limit`, or one more. */
	readonly more: boolean;
	/** All tasks from this creation number on were looked at; 0: all there are. */
	readonly downToSeq: number;
	/** When this was so, in the store's time. */
	readonly nowMs: number;
	/** For the next step, which it spares to find out again. */
	readonly ahead?: TasksAhead;
}
