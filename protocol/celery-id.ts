/**
 * The `task_id` of the Celery system that Hearsay replaces, and the id that a task gets
 * from it.
 *
 * There, a `task_id` was any JSON its sender liked, and could be used again. Here, a
 * `task_id` that is a name is the id of its task, and further tasks of that name are runs
 * of it. One that is no name is only repeated in answers; the task has an id that the
 * node gave it.
 */
import { CELERY_NAME_CHARS_MAX } from "./limits.ts";
import { isNewTaskId, isTaskId } from "./task-id.ts";

/** The id that a task gets from its `task_id`; undefined if that is no name. */
export function idByTaskId(taskId: unknown): string | undefined {
	if (typeof taskId !== "string" && typeof taskId !== "number") return;
	const name = String(taskId);
	return name.length <= CELERY_NAME_CHARS_MAX && isTaskId(name)
		? name
		: undefined;
}

/** Whether the task of this id may have got it by being submitted under this `task_id`. */
export function isOfTaskId(id: string, taskId: unknown): boolean {
	const name = idByTaskId(taskId);
	if (name === undefined) return isNewTaskId(id);
	return (
		id === name ||
		(id.startsWith(`${name}~`) && /^[0-9]+$/.test(id.slice(name.length + 1)))
	);
}
