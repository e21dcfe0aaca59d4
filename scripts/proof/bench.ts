/** The bench in a tiny form: what its figures are is for `npm run bench`, that they can be taken for this. */
import type { Proof } from "./proof.ts";
import { proveByTests } from "./test-file.ts";

export const bench: Proof = {
	name: "bench",
	proves: "every measure of the bench can be taken, of all its sides",
	takes: "2 min",
	unit: "run",
	times: 1,
	run: (ground) => proveByTests("bench", ground),
};
