/** What a node tells of itself in numbers. */
import type { Reading } from "../../protocol/exposition.ts";

export interface MeterApi {
	read(): Promise<Reading[]>;
}

/** How late the event loop came to what was due, in seconds. */
export interface LoopFigures {
	/** Of the last seconds. */
	readonly quantiles: readonly (readonly [quantile: string, value: number])[];
	/** Since it was looked at first. */
	readonly sumS: number;
	readonly count: number;
}

/** Of this process, as the system tells it; what it does not tell is left out. */
export interface ProcessFigures {
	readonly cpuS: number;
	readonly residentBytes: number;
	readonly virtualBytes?: number;
	readonly openFds?: number;
	readonly maxFds?: number;
	readonly startedS: number;
	readonly loop: LoopFigures;
	readonly runtime: string;
}

export interface HostFigures extends ProcessFigures {
	readonly version: string;
}
