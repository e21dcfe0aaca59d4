/**
 * A proof that is a file of tests, in `test/proof/`: what would be in `npm test` if it
 * took less time. Each test is a promise, and its duration a figure.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Breach } from "../../test/checker/checker.ts";
import { type Spread, spread } from "../chaos/spread.ts";
import { runProgram } from "./child.ts";
import type { Finding, Ground } from "./proof.ts";

/** The part of vitest's report that is read. */
interface Report {
	readonly success: boolean;
	readonly testResults: readonly {
		readonly message: string;
		readonly assertionResults: readonly {
			readonly fullName: string;
			readonly status: string;
			readonly duration?: number;
			readonly failureMessages: readonly string[];
		}[];
	}[];
}

/** Runs all of them so many times. @param name of the file, without `.test.ts` */
export async function proveByTests(
	name: string,
	{ directory, times, tell }: Ground,
): Promise<Finding> {
	const figures: Record<string, Spread> = {};
	const breaches: Breach[] = [];
	const tookMs = new Map<string, number[]>();
	for (let run = 1; run <= times; run++) {
		tell(`run ${run} of ${times}`);
		const found = await runTests(name, join(directory, `run-${run}.json`));
		breaches.push(...found.breaches);
		for (const { fullName, duration = 0 } of found.tests) {
			tookMs.set(fullName, [...(tookMs.get(fullName) ?? []), duration]);
		}
	}
	for (const [test, ms] of tookMs) figures[`${test}, ms`] = spread(ms);
	return { figures, breaches };
}

async function runTests(name: string, reportFile: string) {
	const { code } = await runProgram(
		"node_modules/vitest/vitest.mjs",
		[
			...["run", "--config", "test/vitest.config.ts", "--project", "proof"],
			`test/proof/${name}.test.ts`,
			...["--reporter=verbose", "--reporter=json"],
			`--outputFile.json=${reportFile}`,
		],
		true,
	);
	const { success, testResults }: Report = JSON.parse(
		readFileSync(reportFile, "utf8"),
	);
	const tests = testResults.flatMap((each) => each.assertionResults);
	const broken = tests.filter(({ status }) => status !== "passed");
	const breaches = broken.map(({ fullName, status, failureMessages }) => ({
		promise: fullName,
		what: failureMessages[0] ?? status,
	}));
	// A file that does not load has no tests to fail, and an unhandled error belongs to no test.
	if (breaches.length === 0 && (code !== 0 || !success)) {
		const said = testResults.map(({ message }) => message).join("\n");
		breaches.push({ promise: "the tests run", what: said || `code ${code}` });
	}
	return { tests, breaches };
}
