/**
 * Turns vitest's JSON report into two numbers, so that nothing that went wrong goes
 * uncounted: a file that does not load has no tests to fail, and an error that nobody
 * caught belongs to no test.
 */
export interface Count {
	readonly passed: number;
	readonly failed: number;
}

/** The part of the report that is read. */
interface Report {
	readonly numPassedTests: number;
	readonly numFailedTests: number;
	readonly testResults: readonly {
		readonly status: string;
		readonly assertionResults: readonly { readonly status: string }[];
	}[];
}

/**
 * @param report Undefined if vitest ended without one.
 * @param ok Whether vitest itself said that all is well.
 */
export function countOf(report: string | undefined, ok: boolean): Count {
	if (report === undefined) return { passed: 0, failed: 1 };
	const { numPassedTests, numFailedTests, testResults }: Report =
		JSON.parse(report);
	const failedFiles = testResults.filter(
		({ status, assertionResults }) =>
			status === "failed" &&
			!assertionResults.some((test) => test.status === "failed"),
	).length;
	const failed = numFailedTests + failedFiles;
	return { passed: numPassedTests, failed: ok ? failed : Math.max(failed, 1) };
}
