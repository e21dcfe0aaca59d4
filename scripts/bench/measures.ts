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
 * Measures against a peer or a limit are repeated. The others, which show how Hearsay
 * grows and what it costs, are taken once, as they take minutes.
 */
export const MEASURES: readonly Measure[] = [
	...THROUGHPUT,
	threeNodes,
	...LATENCY,
	// These are over in seconds, and more than half of a single round is chance.
	waitingMeasure("waiting", [1_000, 100_000], "with BullMQ"),
	waitingMeasure("waiting-million", [1_000, 1_000_000], "alone"),
	...[payloads, meshMeasure([3, 10, 25, 50]), idle, memory, cpu, threads].map(
		(each) => ({ ...each, once: true }),
	),
];
