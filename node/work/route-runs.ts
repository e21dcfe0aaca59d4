/** What is counted of the runs of one route, and of its type. */
import type { Histogram } from "../../protocol/instruments.ts";
import type { Sums } from "../../protocol/work-sums.ts";

/** How an attempt ends; `lost`: with its lease. */
export type RunEnd =
	| ("success" | "failure" | "timeout" | "snoozed" | "cancelled")
	| ("crashed" | "handed-back" | "lost");

/** Of one type. */
export interface TypeRuns {
	/** The moving average in ms; undefined before the first run. */
	meanMs: number | undefined;
	readonly ends: Record<RunEnd, number>;
	readonly ranS: Histogram;
}

/** Of one route. */
export interface RouteRuns {
	readonly queue: string;
	readonly type: string;
	readonly ofType: TypeRuns;
	/** Since they were taken last; undefined: there is nothing in them. */
	sums: Sums | undefined;
}
