/**
 * What can be changed of a task that waits, and what it was submitted as: that stays with it, so
 * that who sends the same submission again is told that it is the same task.
 */
import { type TaskOptions, tagSetOf } from "./task-options.ts";
import type { When } from "./task-times.ts";
import { timesOf } from "./task-times.ts";

/** What is to be other than it is; what is undefined stays. */
export interface Changes {
	readonly priority?: number;
	readonly options: Pick<TaskOptions, "delay" | "runAt" | "expiresAt" | "tags">;
}

interface Content {
	readonly priority: number;
	readonly options: TaskOptions;
}

/** The option in which a task that was changed has what it was. */
const WAS = "was";

/** As it was submitted. */
export function submittedAs({ priority, options }: Content): Content {
	const was = (options as { [WAS]?: Content })[WAS];
	return was ?? { priority, options };
}

/** What is told of the options of a task. */
export function shownOptions(options: TaskOptions): TaskOptions {
	if (!(WAS in options)) return options;
	const { [WAS]: _, ...shown } = options;
	return shown;
}

/** The options of a task with these changes, which say what it was before. */
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
	// What is undefined is left out when it is written.
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

/** When a task is due and expires by these changes; undefined: as it is. */
export function changedTimes(
	options: TaskOptions,
	changes: Changes,
): { readonly due: When; readonly expires: When } {
	const given = timesOf(changes.options);
	const due = given?.due;
	// So long after it is due: when that changes, so does this.
	const follows = due !== undefined && options.expiresIn !== undefined;
	const expires =
		given?.expires ??
		(follows ? timesOf({ expiresIn: options.expiresIn })?.expires : undefined);
	return { due, expires };
}
