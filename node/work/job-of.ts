/**
 * What the executor is told about a task: the task's own options and, for what these do
 * not say, its handler's settings.
 */
import { delayMsOf } from "../../protocol/backoff.ts";
import {
	type HandlerSettings,
	NO_SETTINGS,
} from "../../protocol/handler-settings.ts";
import { KILL_AFTER_MS, LOSSES_SHARED_MAX } from "../../protocol/limits.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import { PLAIN, type TaskOptions } from "../../protocol/task-options.ts";
import type { Job } from "../ports.ts";

export function jobOf(
	task: ClaimedTask,
	type: string,
	settings: HandlerSettings,
): Job {
	const { options } = task;
	// For most tasks, neither says anything.
	return options === PLAIN && settings === NO_SETTINGS
		? plainJob(task, type)
		: { ...plainJob(task, type), ...runOf(options, settings) };
}

function plainJob(task: ClaimedTask, type: string): Job {
	return {
		id: task.id,
		type,
		options: task.options,
		payload: task.payload,
		token: task.token,
		attempt: task.attempt,
		round: task.round,
		failures: task.failures,
		retries: 0,
		timeoutMs: undefined,
		killAfterMs: KILL_AFTER_MS,
		priority: task.priority,
		createdMs: task.createdMs,
		alone: task.crashes > 0,
		isolated: task.losses >= LOSSES_SHARED_MAX,
	};
}

function runOf(
	{ retries, timeout, killAfter }: TaskOptions,
	settings: HandlerSettings,
): Pick<Job, "retries" | "timeoutMs" | "killAfterMs"> {
	const ms = (duration: string | number | undefined) =>
		duration === undefined ? undefined : delayMsOf(duration);
	return {
		retries: retries ?? settings.retries ?? 0,
		timeoutMs: ms(timeout) ?? settings.timeoutMs,
		killAfterMs: ms(killAfter) ?? settings.killAfterMs ?? KILL_AFTER_MS,
	};
}
