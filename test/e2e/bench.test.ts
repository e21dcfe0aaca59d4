/** The bench, used wrongly; a proof checks its figures. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const BENCH = new URL("../../scripts/bench.ts", import.meta.url).pathname;

test("the bench refuses a measure that it does not know, with exit code 2", async () => {
	const run = promisify(execFile)(process.execPath, [BENCH, "--only", "magic"]);
	await expect(run).rejects.toMatchObject({
		code: 2,
		stderr: expect.stringContaining("magic"),
	});
});
