/** All measures, in the order of the report. */
import { COST } from "./cost.ts";
import { GROWTH, WAITING } from "./growth.ts";
import { LATENCY } from "./latency.ts";
import type { Measure } from "./measure.ts";
import { STRESS } from "./stress.ts";
import { threeNodes } from "./three-nodes.ts";
import { THROUGHPUT } from "./throughput.ts";

/**
 * What is held against a peer or a limit is repeated; what else shows how Hearsay
 * grows, costs and bears stress is seen once, as it takes minutes.
 */
export const MEASURES: readonly Measure[] = [
	...THROUGHPUT,
	threeNodes,
	...LATENCY,
	...WAITING,
	...[...GROWTH, ...COST, ...STRESS].map((each) => ({ ...each, once: true })),
];
