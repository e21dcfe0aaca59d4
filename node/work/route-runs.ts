/** What is counted of the runs of one route, and of its type. */
import type { Histogram } from "../../protocol/instruments.ts";
import type { Sums } from "../../protocol/work-sums.ts";

/** How an attempt ends. `lost`: its lease was. */
export type RunEnd =
	| ("success" | "failure" | "timeout" | "snoozed" | "cancelled")
	| ("crashed" | "handed-back" | "lost");

/** The counts of one type. */
export interface TypeRuns {
	/** The moving average of the runs in ms; undefined before the first. */
	meanMs: number | undefined;
	readonly ends: Record<RunEnd, number>;
	readonly ranS: Histogram;
}

/** The counts of one route. */
export interface RouteRuns {
	readonly queue: string;
	readonly type: string;
	readonly ofType: TypeRuns;
	/** The sums since they were last taken; undefined if there are none. */
	sums: Sums | undefined;
}
