/** Nodes are killed (kill -9), and their peers take their tasks over at once. */
import type { Proof } from "./proof.ts";
import { measureRecoveries } from "./recoveries.ts";

/** As a rule a node is back before the next one is killed. */
const EVERY_MS = 1_500;
const BARS = { p50Ms: 50, p99Ms: 400 };

export const kills: Proof = {
	name: "kills",
	proves: `tasks of a node that is killed start elsewhere after p50 ≤ ${BARS.p50Ms} ms, p99 ≤ ${BARS.p99Ms} ms`,
	takes: "3 min",
	unit: "kills",
	times: 100,
	run: (ground) => measureRecoveries("kill", EVERY_MS, BARS, ground),
};
