/**
 * What can be changed about a task that waits, and what it was submitted as. The latter
 * stays with the task, so that whoever sends the same submission again learns that it is
 * the same task.
 */
import { type TaskOptions, tagSetOf } from "./task-options.ts";
import type { When } from "./task-times.ts";
import { timesOf } from "./task-times.ts";

/** The changes; what is undefined stays as it is. */
export interface Changes {
	readonly priority?: number;
	readonly options: Pick<TaskOptions, "delay" | "runAt" | "expiresAt" | "tags">;
}

interface Content {
	readonly priority: number;
	readonly options: TaskOptions;
}

/** The option in which a changed task keeps what it was. */
const WAS = "was";

/** The task as it was submitted. */
export function submittedAs({ priority, options }: Content): Content {
	const was = (options as { [WAS]?: Content })[WAS];
	return was ?? { priority, options };
}

/** The options that are shown of a task. */
export function shownOptions(options: TaskOptions): TaskOptions {
	if (!(WAS in options)) return options;
	const { [WAS]: _, ...shown } = options;
	return shown;
}

/** The options of a task with these changes; they include what it was before. */
export function changeOptions(task: Content, changes: Changes): TaskOptions {
	const was = submittedAs(task);
	const { delay, runAt, expiresIn, expiresAt, ...rest } = shownOptions(
		task.options,
	);
	const given = changes.options;
	const isTimed = given.delay !== undefined || given.runAt !== undefined;
	const due = isTimed ? {} : { delay, runAt };
	const tags = given.tags && {
		tags: given.tags.length > 0 ? tagSetOf(given.tags) : undefined,
	};
	const expiry = given.expiresAt === undefined ? { expiresIn, expiresAt } : {};
	// An undefined one is left out when the options are written.
	return JSON.parse(
		JSON.stringify({
			...rest,
			...due,
			...expiry,
			...given,
			...tags,
			[WAS]: was,
		}),
	);
}

/** When a task is due and expires with these changes; undefined if that stays as it is. */
export function changedTimes(
	options: TaskOptions,
	changes: Changes,
): { readonly due: When; readonly expires: When } {
	const given = timesOf(changes.options);
	const due = given?.due;
	// It expires so long after it is due: when that changes, so does this.
	const follows = due !== undefined && options.expiresIn !== undefined;
	const expires =
		given?.expires ??
		(follows ? timesOf({ expiresIn: options.expiresIn })?.expires : undefined);
	return { due, expires };
}
