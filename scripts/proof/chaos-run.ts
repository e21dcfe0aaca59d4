/** One run of `npm run chaos` inside of a proof, and its report. */
import { runProgram } from "./child.ts";
import { Impossible } from "./proof.ts";

/** @throws Impossible if this machine cannot make these faults */
export async function runChaos<Report>(
	args: readonly string[],
): Promise<Report> {
	const { code, output } = await runProgram("scripts/chaos.ts", [
		...args,
		"--json",
	]);
	if (code === 2) {
		throw new Impossible("chaos cannot be run here; it says above why");
	}
	if (output === "") {
		throw new Error(`chaos ended with code ${code} and without a report`);
	}
	return JSON.parse(output);
}
