/** The page's promises that are measured, in a real browser. */
import type { Proof } from "./proof.ts";
import { proveByTests } from "./test-file.ts";

export const page: Proof = {
	name: "page",
	proves:
		"the page tells of a death within 2 s, weighs 60 kB at most, and is quick with 500 nodes and 1,000 ends a second",
	takes: "3 min",
	unit: "runs",
	times: 1,
	needs: ["browser"],
	run: (ground) => proveByTests("page", ground),
};
