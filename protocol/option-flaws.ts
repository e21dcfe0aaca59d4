/**
 * What is wrong with options that each fit their schema, but not one another.
 */
import { type Backoff, backoffFlaw, delayMsOf } from "./backoff.ts";
import {
	ENDED_KEPT_MS_MIN,
	KILL_AFTER_MS_MAX,
	RETENTION_MS_MAX,
	TAGS_MAX,
	TIMEOUT_MS_MAX,
} from "./limits.ts";
import { type TaskOptions, tagSetOf } from "./task-options.ts";
import { findTimeFlaw } from "./task-times.ts";

export interface OptionFlaw {
	readonly field: keyof TaskOptions;
	/** One sentence that says what is wrong and what to do. */
	readonly detail: string;
}

/**
 * The first flaw of a task's options. `nowMs`: by the clock of whoever checks. `elseDueMs`:
 * when the task is due if its options do not say; for a new one, that is now.
 */
export function findOptionFlaw(
	options: TaskOptions,
	nowMs: number,
	elseDueMs = nowMs,
): OptionFlaw | undefined {
	const { backoff, timeout, killAfter, retention, tags = [] } = options;
	return (
		findTimeFlaw(options, nowMs, elseDueMs) ??
		(backoff && findBackoffFlaw(backoff as Backoff)) ??
		flawOfLength("timeout", timeout, TIMEOUT_MS_MAX, "7 days") ??
		flawOfLength("killAfter", killAfter, KILL_AFTER_MS_MAX, "5 minutes") ??
		flawOfLength("retention", retention, RETENTION_MS_MAX, "90 days") ??
		(tagSetOf(tags).length > TAGS_MAX ? tooManyTags : undefined)
	);
}

const tooManyTags: OptionFlaw = {
	field: "tags",
	detail: `A task may have ${TAGS_MAX} different tags at most; send fewer.`,
};

function findBackoffFlaw(backoff: Backoff): OptionFlaw | undefined {
	const flaw = backoffFlaw(backoff);
	return flaw === undefined
		? undefined
		: {
				field: "backoff",
				detail: `The "${flaw.part}" of a backoff must ${flaw.must}.`,
			};
}

function flawOfLength(
	field: "timeout" | "killAfter" | "retention",
	duration: string | number | undefined,
	msMax: number,
	most: string,
): OptionFlaw | undefined {
	if (duration === undefined) return undefined;
	const ms = delayMsOf(duration);
	if (ms > msMax)
		return {
			field,
			detail: `The field "${field}" may be ${most} at most; send a shorter time.`,
		};
	if (field === "retention" && ms < ENDED_KEPT_MS_MIN)
		return {
			field,
			detail:
				'The field "retention" must be 60 seconds at least; send a longer time, or leave it out.',
		};
	return ms === 0 && field === "timeout"
		? {
				field,
				detail:
					'A task with a "timeout" of nothing could do nothing; send a longer time, or leave it out.',
			}
		: undefined;
}
