/**
 * A node that leaves the network without a word, on real processes in network
 * namespaces. Where the system allows none,
 * that is what the run has to say, and the name of the test.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { networkTrouble } from "../../scripts/chaos/network-entry.ts";
import type { Report } from "../../scripts/chaos/report.ts";

const CHAOS = new URL("../../scripts/chaos.ts", import.meta.url).pathname;
const trouble = networkTrouble();
const unless = trouble === undefined ? "" : ` (skipped: ${trouble})`;

/** Its report; undefined where it could not, and said so. */
async function runChaos(...args: string[]): Promise<Report | undefined> {
	const command = [CHAOS, "--nodes", "4", "--seed", "1", "--json", ...args];
	const run = promisify(execFile)(process.execPath, command, {
		timeout: 60_000,
	});
	if (trouble !== undefined) {
		await expect(run).rejects.toMatchObject({
			code: 2,
			stderr: expect.stringContaining(trouble),
		});
		return undefined;
	}
	// Where a promise is broken it fails, and its report says which.
	const { stdout } = await run.catch((error: { stdout: string }) => error);
	return JSON.parse(stdout);
}

test(`what ran on a node that vanishes starts elsewhere within 7 s${unless}`, async () => {
	const series = ["--times", "1", "--interval", "1500"];
	const report = await runChaos("--faults", "vanish", ...series);
	if (report === undefined) return;
	expect(report.breaches).toEqual([]);
	const { undisturbed, never } = report.recovery.vanish;
	expect(undisturbed.count).toBeGreaterThan(0);
	expect(never).toBe(0);
	// It was cut off: what it did meanwhile had to be done again.
	expect(report.tasks.runs).toBeGreaterThan(report.tasks.ended);
});
