/** The simulator's command line. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { HELP, readOptions } from "./options.ts";

const SIM = fileURLToPath(new URL("main.ts", import.meta.url));

const runSim = (...args: string[]) =>
	promisify(execFile)(process.execPath, [SIM, ...args]);

test.each([
	[[], 1, 1_000],
	[["--seeds", "7"], 1, 7],
	[["--seed", "5"], 5, 1],
	[["--seed", "5", "--seeds", "2000"], 5, 2_000],
])("%j are seeds from %i on, %i of them", (args, first, count) => {
	expect(readOptions(args)).toMatchObject({ first, count });
});

test.each([
	[["--seed", "0"], "--seed takes a whole number from 1"],
	[["--seeds", "1.5"], "--seeds takes a whole number from 1"],
	[["--nodes", "many"], "--nodes takes a whole number from 1"],
	[["--fault", "magic"], 'There is no fault "magic"; there are: '],
	[["--fast"], "--help lists what there is."],
	[["5"], "--help lists what there is."],
	[["--trace"], "name one with --seed"],
	[["--trace", "--seed", "5", "--seeds", "2"], "name one with --seed"],
	[["--trace", "--seed", "5", "--json"], "leave out --json"],
])("%j is refused in one sentence", (args, sentence) => {
	expect(() => readOptions(args)).toThrow(sentence);
	expect(() => readOptions(args)).toThrow(/^[^\n]+\.$/);
});

test("a range of seeds is run whole, and its figures are JSON", async () => {
	const { stdout, stderr } = await runSim(
		...["--seed", "5", "--seeds", "3", "--json"],
	);
	expect(JSON.parse(stdout)).toMatchObject({
		...{ first: 5, count: 3, broken: null, figures: { runs: 3 } },
	});
	expect(stderr).toMatch(/^Simulating 3 seeds, 5 to 7 …\n/);
});

test("the verdict says what it is about", async () => {
	const { stdout } = await runSim("--seed", "5");
	expect(stdout).toMatch(
		/\n\nNo promise was broken by seed 5\.\n.* npm run chaos\.\n$/,
	);
});

test("help is asked for with --help, and wrong use ends with 2", async () => {
	expect((await runSim("--help")).stdout).toBe(HELP);
	await expect(runSim("--fast")).rejects.toMatchObject({
		...{ code: 2, stdout: "" },
		stderr: expect.stringMatching(/^[^\n]+\n$/),
	});
});
