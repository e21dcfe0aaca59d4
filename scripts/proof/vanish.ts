/**
 * Hosts vanish silently, and their peers take their tasks over before the leases end.
 */
import type { Proof } from "./proof.ts";
import { measureRecoveries } from "./recoveries.ts";

/** Each host is back, and its return over, before the next one vanishes. */
const EVERY_MS = 14_000;
const BARS = { p50Ms: 2_500, p99Ms: 3_500 };

export const vanish: Proof = {
	name: "vanish",
	proves: `tasks of a host that vanishes without a word start elsewhere after p50 ≤ ${BARS.p50Ms} ms, p99 ≤ ${BARS.p99Ms} ms`,
	takes: "5 min",
	unit: "hosts that vanish",
	times: 20,
	run: (ground) => measureRecoveries("vanish", EVERY_MS, BARS, ground),
};
