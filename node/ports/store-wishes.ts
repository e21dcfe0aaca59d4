/**
 * What somebody asks a shard to do with its tasks: end, reopen, change or delete them.
 */
import type { SessionName } from "../../protocol/lease.ts";
import type { TaskState } from "../../protocol/state.ts";
import type { TaskOptions } from "../../protocol/task-options.ts";
import type { When } from "../../protocol/task-times.ts";
import type { RoutedCount } from "./store-sessions.ts";

export interface CancelRequest {
	readonly tasks: readonly {
		readonly id: string;
		/** The round that is meant; undefined for any. */
		readonly round: number | undefined;
	}[];
	/** Only those that are in this state; absent: in any that has not ended. */
	readonly state?: TaskState | undefined;
	/** Who asks, without blanks. */
	readonly by: string;
	/** Empty if none was given. */
	readonly reason: string;
	/** A running task is CANCELLED at once, wherever its code runs. */
	readonly force: boolean;
}
/**
 * `none`: there is no such task. `same`: nothing was done, because another round or state is
 * meant, or the task is CANCELLED already. `ended`: it had ended otherwise. `cancelled`: it is
 * CANCELLED now. `marked`: it runs, and ends when its holder has stopped it. `holder`:
 * the session that is to stop it.
 */
export type CancelOutcome =
	| { readonly code: "none" | "same" | "ended" }
	| { readonly code: "cancelled"; readonly holder: SessionName | undefined }
	| { readonly code: "marked"; readonly holder: SessionName };

export interface RetryRequest {
	readonly id: string;
	/** The round that is meant; undefined for any. */
	readonly round: number | undefined;
	/** The task is due after this; 0 for at once. */
	readonly afterMs: number;
	/** It expires this long after that; undefined for never. */
	readonly expiresMs: number | undefined;
}

/**
 * `none`: there is no such task. `other_round`: nothing was done, because another round
 * is meant. `pending`: it waits for its next round; with `dueMs` it is SCHEDULED for it.
 */
export type RetryOutcome =
	| "none"
	| "other_round"
	| "not_ended"
	| "succeeded"
	| "pending"
	| { readonly dueMs: number };

export interface RetryReply {
	/** The store's time. */
	readonly nowMs: number;
	/** In order. */
	readonly outcomes: readonly RetryOutcome[];
	/** Tasks that wait now, by route. */
	readonly reopened: readonly RoutedCount[];
}

export interface RemoveRequest {
	readonly id: string;
	/** The round that has ended; undefined for any. */
	readonly round: number | undefined;
}

/** `other_round`: nothing was done, because another round is meant. */
export type RemoveOutcome = "none" | "removed" | "not_ended" | "other_round";

export interface ChangeRequest {
	readonly id: string;
	/** Its options, as the caller has seen them, and as they should become. */
	readonly seen: TaskOptions;
	readonly options: TaskOptions;
	/** Undefined to leave it as it is; likewise below. */
	readonly priority: number | undefined;
	readonly due: When;
	/** After it is due. */
	readonly expires: When;
}

/**
 * `not_waiting`: it runs, or has ended. `other`: its options have been changed since they
 * were seen. `early`: it would expire before it is due. In none of these cases was
 * anything done.
 */
export type ChangeReply =
	| { readonly code: "none" | "not_waiting" | "other" | "early" }
	| {
			readonly code: "changed";
			/** The store's time. */
			readonly nowMs: number;
			/** Set if the task is not due yet, and does not wait. */
			readonly dueMs: number | undefined;
			readonly expiresMs: number | undefined;
			/** The route on which it waits now. */
			readonly waiting: readonly RoutedCount[];
	  };
