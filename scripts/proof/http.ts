/** HTTP on real nodes: under floods, and behind a proxy. */
import type { Proof } from "./proof.ts";
import { proveByTests } from "./test-file.ts";

export const flood: Proof = {
	name: "flood",
	proves:
		"no flood of requests, and nobody who takes no answers, holds a node up for 0.25 s, costs it 100 MB or its lease",
	takes: "3 min",
	unit: "run",
	times: 1,
	run: (ground) => proveByTests("flood", ground),
};

export const nginx: Proof = {
	name: "nginx",
	proves: "waits through nginx with its defaults are answered by the node",
	takes: "2 min",
	unit: "run",
	times: 1,
	needs: ["nginx"],
	run: (ground) => proveByTests("nginx", ground),
};
