/** What machines are set up with, before there is a machine. */
import type { Proof } from "./proof.ts";
import { proveByTests } from "./test-file.ts";

export const unit: Proof = {
	name: "unit",
	proves:
		"systemd and cloud-init find nothing wrong with what a machine is set up with; a node with task code runs under the unit's filter of system calls; no watchdog fires while Redis is away for two minutes",
	takes: "3 min",
	unit: "run",
	times: 1,
	needs: ["systemd-analyze", "cloud-init"],
	run: (ground) => proveByTests("unit", ground),
};
