import { expect, test } from "vitest";
import { countOf } from "../../scripts/test/count.ts";

function report(passed: number, failed: number, files: object[] = []): string {
	return JSON.stringify({
		numPassedTests: passed,
		numFailedTests: failed,
		testResults: files,
	});
}

test("tests are counted as vitest counts them", () => {
	expect(countOf(report(3, 0), true)).toEqual({ passed: 3, failed: 0 });
	expect(countOf(report(3, 2), false)).toEqual({ passed: 3, failed: 2 });
});

test("a file that did not load is one failure", () => {
	const files = [
		{ status: "failed", assertionResults: [] },
		{ status: "failed", assertionResults: [{ status: "failed" }] },
		{ status: "passed", assertionResults: [{ status: "passed" }] },
	];
	expect(countOf(report(1, 1, files), false)).toEqual({ passed: 1, failed: 2 });
});

test("trouble outside of any test is one failure", () => {
	expect(countOf(report(3, 0), false)).toEqual({ passed: 3, failed: 1 });
	expect(countOf(undefined, false)).toEqual({ passed: 0, failed: 1 });
});
