/**
 * What can be done to many tasks at once, and in which states these may be.
 */
import { ENDED_STATES, type TaskState } from "./state.ts";

export const BULK_STATES = {
	cancel: ["SCHEDULED", "PENDING", "STARTED"],
	retry: ["FAILURE", "CANCELLED", "EXPIRED"],
	delete: ENDED_STATES,
} as const satisfies Readonly<Record<string, readonly TaskState[]>>;

export type BulkAction = keyof typeof BULK_STATES;
