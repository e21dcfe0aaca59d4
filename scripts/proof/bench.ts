/**
 * The bench in a tiny form: shows that its figures can be taken; their values are for
 * `npm run bench`.
 */
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
