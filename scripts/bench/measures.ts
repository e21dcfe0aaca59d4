/** All measures, in the order of the report. */
import { cpu, threads } from "./cpu.ts";
import { idle } from "./idle.ts";
import { LATENCY } from "./latency.ts";
import type { Measure } from "./measure.ts";
import { memory } from "./memory.ts";
import { meshMeasure } from "./mesh.ts";
import { payloads } from "./payloads.ts";
import { threeNodes } from "./three-nodes.ts";
import { THROUGHPUT } from "./throughput.ts";
import { waitingMeasure } from "./waiting.ts";

/**
 * What is held against a peer or a limit is repeated; what else shows how Hearsay
 * grows and what it costs is seen once, as it takes minutes.
 */
export const MEASURES: readonly Measure[] = [
	...THROUGHPUT,
	threeNodes,
	...LATENCY,
	// Over in seconds, and of one round more than half is chance.
	waitingMeasure("waiting", [1_000, 100_000], "with BullMQ"),
	waitingMeasure("waiting-million", [1_000, 1_000_000], "alone"),
	...[payloads, meshMeasure([3, 10, 25, 50]), idle, memory, cpu, threads].map(
		(each) => ({ ...each, once: true }),
	),
];
