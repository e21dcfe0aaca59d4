/** A task in a queue of the store's twin. */
import { rankOf } from "../../protocol/rank.ts";
import type { TaskRecord } from "../../protocol/task.ts";

export interface Queued {
	readonly task: TaskRecord;
	readonly rank: number;
}

/** The number by which it stands among those of its priority. */
export function placeOf({ task, rank }: Queued): number {
	return rank - rankOf(task.priority, 0);
}
