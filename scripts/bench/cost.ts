/** What Hearsay costs: idle, in memory, and in processor time. */
import { cpu, threads } from "./cost-cpu.ts";
import { idle, idleGossip } from "./cost-idle.ts";
import { memory } from "./cost-memory.ts";
import type { Measure } from "./measure.ts";

export const COST: readonly Measure[] = [
	idle,
	idleGossip,
	memory,
	cpu,
	threads,
];
