/** Tasks for tests: all that does not matter there is filled in. */
import type { ClaimedTask, NewTask } from "../protocol/task.ts";
import { PLAIN } from "../protocol/task-options.ts";

export function newTask(id: string, more: Partial<NewTask> = {}): NewTask {
	return {
		...{ id, route: "default|work|", priority: 5, options: PLAIN },
		...{ payload: "1", ...more },
	};
}

export function claimedTask(
	id: string,
	token: number,
	more: Partial<ClaimedTask> = {},
): ClaimedTask {
	return {
		...{ ...newTask(id), token, attempt: 1, createdMs: 0, claimedMs: 0 },
		...{ round: 1, failures: 0, crashes: 0, losses: 0, ...more },
	};
}
