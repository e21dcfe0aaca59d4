/** What somebody wants done with tasks that a shard has: that they end, have another round, are changed, or deleted. */
import type { SessionName } from "../../protocol/lease.ts";
import type { TaskOptions } from "../../protocol/task-options.ts";
import type { When } from "../../protocol/task-times.ts";
import type { RoutedCount } from "./store-sessions.ts";

export interface CancelRequest {
	readonly tasks: readonly {
		readonly id: string;
		/** The round that is meant; undefined: whichever it is. */
		readonly round: number | undefined;
	}[];
	/** Who asks, without blanks. */
	readonly by: string;
	/** Empty: not said. */
	readonly reason: string;
	/** What runs is CANCELLED at once, wherever its code is. */
	readonly force: boolean;
}
/**
 * `none`: there is no such task. `same`: nothing was done, as another round is meant, or it
 * is CANCELLED already. `ended`: it has ended otherwise. `cancelled`: it is now. `marked`: it
 * runs, and ends when its holder has stopped it. `holder`: the session that is to stop it.
 */
export type CancelOutcome =
	| { readonly code: "none" | "same" | "ended" }
	| { readonly code: "cancelled"; readonly holder: SessionName | undefined }
	| { readonly code: "marked"; readonly holder: SessionName };

export interface RetryRequest {
	readonly id: string;
	/** The round that is meant; undefined: whichever it is. */
	readonly round: number | undefined;
	/** It is due after this; 0: at once. */
	readonly afterMs: number;
	/** So long after that it expires; undefined: never. */
	readonly expiresMs: number | undefined;
}

/**
 * `none`: there is no such task. `other_round`: nothing was done, as another round is meant.
 * `pending`: it waits for its next round; with `dueMs` it is SCHEDULED for it.
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

export type RemoveOutcome = "none" | "removed" | "not_ended";

export interface ChangeRequest {
	readonly id: string;
	/** Its options, as the caller has seen them, and as they are to be. */
	readonly seen: TaskOptions;
	readonly options: TaskOptions;
	/** Undefined: as it is; so with the others. */
	readonly priority: number | undefined;
	readonly due: When;
	/** After it is due. */
	readonly expires: When;
}

/**
 * `not_waiting`: it runs, or has ended. `other`: its options have been changed since they
 * were seen. `early`: it would expire before it is due. Nothing was done by any of these.
 */
export type ChangeReply =
	| { readonly code: "none" | "not_waiting" | "other" | "early" }
	| {
			readonly code: "changed";
			/** The store's time. */
			readonly nowMs: number;
			/** It is due then, and does not wait. */
			readonly dueMs: number | undefined;
			readonly expiresMs: number | undefined;
			/** Where it waits now. */
			readonly waiting: readonly RoutedCount[];
	  };
