import { expect, test } from "vitest";
import { FAULTS } from "./faults.ts";
import { explain } from "./report.ts";
import { type Run, runSeed } from "./run.ts";

/** The number of seeds; `npm run proof -- sim` runs many more. */
const SEEDS = 48;
const BLOCK = 24;
const CUT_SEEDS = 8;
/** How many histories are compared. */
const AGAIN = 8;

/** Runs of whole clusters, by seed: one is enough for all tests. */
const runs = new Map<number, Run>();

async function runOf(seed: number): Promise<Run> {
	const known = runs.get(seed);
	if (known !== undefined) return known;
	const run = await runSeed({ seed });
	// Histories are large.
	runs.set(seed, seed > AGAIN ? { ...run, events: [] } : run);
	return run;
}

test.each(Array.from({ length: SEEDS / BLOCK }, (_, i) => 1 + i * BLOCK))(
	`no promise breaks in ${BLOCK} clusters from seed %i on`,
	async (from) => {
		for (let seed = from; seed < from + BLOCK; seed++) {
			const run = await runOf(seed);
			if (run.verdict.breaches.length > 0) expect.fail(explain(run, undefined));
		}
	},
);

test.each(["partition", "one-way partition"])(
	"nothing is stopped or taken over for %s alone",
	async (fault) => {
		for (let seed = 1; seed <= CUT_SEEDS; seed++) {
			const run = await runSeed({ seed, fault });
			if (run.verdict.breaches.length > 0) expect.fail(explain(run, undefined));
		}
	},
);

test("one seed gives one history, to the last step of the store", async () => {
	for (let seed = 1; seed <= AGAIN; seed++) {
		const first = await runOf(seed);
		const second = await runSeed({ seed });
		expect(second.events).toEqual(first.events);
		expect(second.fingerprint).toBe(first.fingerprint);
	}
});

test("another seed gives another history", async () => {
	const fingerprints = new Set<number>();
	for (let seed = 1; seed <= AGAIN; seed++)
		fingerprints.add((await runOf(seed)).fingerprint);
	expect(fingerprints.size).toBe(AGAIN);
});

test("every kind of trouble comes over some seeds", async () => {
	const missing = new Set(FAULTS.map(({ name }) => name));
	for (let seed = 1; seed <= 40 && missing.size > 0; seed++) {
		const { faults } = await runOf(seed);
		for (const name of faults.keys()) missing.delete(name);
	}
	expect([...missing]).toEqual([]);
});
