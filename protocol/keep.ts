/**
 * How much is kept of tasks that have ended: of successes, and of all other ends, so that
 * a flood of one kind does not wash away the other. Nodes may be told different things.
 * The node that keeps the most decides, so that a node with defaults does not discard
 * what others keep.
 */
import { parseDuration } from "./duration.ts";
import {
	FAILURES_KEPT_BYTES_MAX,
	FAILURES_KEPT_MAX,
	FAILURES_KEPT_MS,
	SUCCESSES_KEPT_BYTES_MAX,
	SUCCESSES_KEPT_MAX,
	SUCCESSES_KEPT_MS,
} from "./limits.ts";
import { PLAIN, type TaskOptions } from "./task-options.ts";

/** The kinds of ends that are kept apart. */
export const END_KINDS = ["successes", "failures"] as const;
export type EndKind = (typeof END_KINDS)[number];

/** How much there is of ended tasks. */
export interface Kept {
	readonly number: number;
	/** The bytes of everything that is kept of them. */
	readonly bytes: number;
}

/** The most that is kept of them, and for how long. */
export interface Keep extends Kept {
	readonly ms: number;
}

export type Keeps = Readonly<Record<EndKind, Keep>>;

export const KEEPS_DEFAULT: Keeps = {
	successes: {
		ms: SUCCESSES_KEPT_MS,
		number: SUCCESSES_KEPT_MAX,
		bytes: SUCCESSES_KEPT_BYTES_MAX,
	},
	failures: {
		ms: FAILURES_KEPT_MS,
		number: FAILURES_KEPT_MAX,
		bytes: FAILURES_KEPT_BYTES_MAX,
	},
};

/** The most that any of several nodes keeps, in each respect. */
export function mostOf(all: readonly Keep[]): Keep {
	return {
		ms: Math.max(...all.map(({ ms }) => ms)),
		number: Math.max(...all.map(({ number }) => number)),
		bytes: Math.max(...all.map(({ bytes }) => bytes)),
	};
}

/** What each of so many shards keeps. */
export function shareOf({ ms, number, bytes }: Keep, shards: number): Keep {
	return {
		...{ ms, number: Math.ceil(number / shards) },
		bytes: Math.ceil(bytes / shards),
	};
}

/** How long a task asks to be kept once it has ended, in ms; 0 if it does not say. */
export function retentionMsOf(options: TaskOptions): number {
	if (options === PLAIN) return 0;
	const { retention } = options;
	if (retention === undefined) return 0;
	return typeof retention === "number"
		? retention
		: (parseDuration(retention) ?? 0);
}
