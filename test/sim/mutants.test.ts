import { expect, test } from "vitest";
import { MUTANTS } from "./mutants/mutants.ts";
import { runSeed } from "./run.ts";

/** The most seeds that are tried: a broken rule that shows more rarely is as good as not found. */
const SEEDS_MAX = 100;

test.each(MUTANTS)("it is found out that $name", async (mutant) => {
	const seen = new Set<string>();
	const { fromSeed = 1 } = mutant;
	for (let seed = fromSeed; seed < fromSeed + SEEDS_MAX; seed++) {
		const { verdict } = await runSeed({ seed, mutant, fault: mutant.fault });
		for (const { promise } of verdict.breaches) seen.add(promise);
		if (seen.has(mutant.breaks)) return;
	}
	expect.fail(
		`${SEEDS_MAX} seeds did not show it; broken were: ${[...seen].join("; ")}`,
	);
});
