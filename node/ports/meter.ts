/** What a node reports about itself in numbers. */
import type { Reading, Written } from "../../protocol/exposition.ts";

export interface MeterApi {
	read(): Promise<(Reading | Written)[]>;
}

/** How late the event loop ran what was due, in seconds. */
export interface LoopFigures {
	/** The delay over the last seconds. */
	readonly quantiles: readonly (readonly [quantile: string, value: number])[];
	/** The delay since measuring began. */
	readonly sumS: number;
	readonly count: number;
}

/** Figures of this process, from the system. What it does not report is left out. */
export interface ProcessFigures {
	readonly cpuS: number;
	readonly residentBytes?: number;
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
