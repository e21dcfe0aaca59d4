/** One chaos run on real processes, as `npm run chaos` makes it; and wrong use. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Report } from "../../scripts/chaos/report.ts";

const CHAOS = new URL("../../scripts/chaos.ts", import.meta.url).pathname;

function runChaos(...args: string[]) {
	return promisify(execFile)(process.execPath, [CHAOS, ...args], {
		timeout: 110_000,
	});
}

test("no promise is broken by 25 s of all faults", async () => {
	// If a promise is broken it fails, and its report says which.
	const { stdout } = await runChaos(
		...["--nodes", "3", "--duration", "25", "--seed", "189", "--json"],
	).catch((error: { stdout: string }) => error);
	const report: Report = JSON.parse(stdout);
	expect(report.breaches).toEqual([]);
	expect(report.faults.kill).toBeGreaterThan(0);
	expect(report.faults.pause).toBeGreaterThan(0);
	expect(report.tasks.accepted).toBeGreaterThan(100);
	expect(report.tasks.ended).toBe(report.tasks.accepted);
	// Kills cut runs short, and all of these were repeated.
	expect(report.tasks.runs).toBeGreaterThan(report.tasks.ended);
	expect(report.recovery.kill.never + report.recovery.vanish.never).toBe(0);
});

test("it refuses a fault that it does not know", async () => {
	await expect(runChaos("--faults", "kill,magic")).rejects.toMatchObject({
		code: 2,
		stderr: expect.stringContaining("magic"),
	});
});
