/**
 * Runs all tests, or the parts named: types, style, unit, contract, sim, e2e.
 *
 *   node scripts/test.ts [part]...
 *
 * Types and style count as one test each. Every part runs, whatever became of the others.
 * The last line is `N passed, N failed`. The exit code is 1 if anything failed, 2 for a
 * part that does not exist. A run that is interrupted has no verdict: it ends at once,
 * with 130.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Count, countOf } from "./test/count.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BIN = join(ROOT, "node_modules/.bin");
/** The projects of vitest, by part. */
const PROJECTS: Readonly<Record<string, readonly string[]>> = {
	unit: ["unit"],
	contract: ["contract", "contract-http", "contract-timed"],
	sim: ["sim"],
	e2e: ["e2e", "e2e-timed"],
};
/** Parts that share the machine well: the output of each is kept until it is done. */
const AT_ONCE = ["types", "style", "unit"];
const PARTS = [...AT_ONCE, "contract", "sim", "e2e"];
/**
 * The time limit for a part that runs at once with others, and for all the others
 * together. Beyond it they are ended and have failed.
 */
const TESTS_MS_MAX = 13 * 60_000;

async function main(): Promise<number> {
	const { positionals } = parseArgs({ allowPositionals: true });
	const unknown = positionals.find((part) => !PARTS.includes(part));
	if (unknown !== undefined) {
		console.error(`no part "${unknown}"; there are: ${PARTS.join(", ")}`);
		return 2;
	}
	const startedMs = Date.now();
	const parts = positionals.length === 0 ? PARTS : positionals;
	const isAtOnce = (part: string) => AT_ONCE.includes(part);
	const counts = await Promise.all(
		AT_ONCE.filter((part) => parts.includes(part)).map(quick),
	);
	const others = PARTS.filter(
		(part) => parts.includes(part) && !isAtOnce(part),
	);
	if (others.length > 0) counts.push(await tests(others, "inherit"));

	const passed = counts.reduce((sum, count) => sum + count.passed, 0);
	const failed = counts.reduce((sum, count) => sum + count.failed, 0);
	console.log(`done in ${secondsSince(startedMs)} s`);
	console.log(`${passed} passed, ${failed} failed`);
	return failed === 0 ? 0 : 1;
}

/** Runs a part that runs at once with others. Prints all its output when it is done. */
async function quick(part: string): Promise<Count> {
	const startedMs = Date.now();
	const said: string[] = [];
	const count = await runQuick(part, said);
	const verdict = count.failed === 0 ? "passed" : "FAILED";
	console.log(`── ${part}`);
	process.stdout.write(said.join(""));
	console.log(`${part} ${verdict} in ${secondsSince(startedMs)} s\n`);
	return count;
}

function secondsSince(startedMs: number): string {
	return ((Date.now() - startedMs) / 1_000).toFixed(1);
}

async function runQuick(part: string, said: string[]): Promise<Count> {
	if (part === "unit") return tests([part], said);
	const command =
		part === "types" ? ["tsc", "--project", ROOT] : ["biome", "ci", ROOT];
	const ok = await run(command, said);
	return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function tests(parts: readonly string[], output: Output): Promise<Count> {
	if (output === "inherit") console.log(`── ${parts.join(", ")}`);
	const directory = mkdtempSync(join(tmpdir(), "hearsay-test-"));
	const reportFile = join(directory, "report.json");
	try {
		const ok = await run(
			[
				"vitest",
				"run",
				`--config=${join(ROOT, "test/vitest.config.ts")}`,
				...parts
					.flatMap((part) => PROJECTS[part] ?? [])
					.map((project) => `--project=${project}`),
				"--reporter=default",
				"--reporter=json",
				`--outputFile.json=${reportFile}`,
			],
			output,
		);
		return countOf(readReport(reportFile), ok);
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}

/** Undefined if vitest ended before it wrote a report. */
function readReport(file: string): string | undefined {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return undefined;
	}
}

class Interrupted extends Error {}

/** Where a command's output goes: ours, or a list that it is added to. */
type Output = "inherit" | string[];

/**
 * Whether the command succeeded in time.
 * @throws Interrupted if this process was told to end meanwhile
 */
function run(
	[name = "", ...args]: readonly string[],
	output: Output,
): Promise<boolean> {
	const to = output === "inherit" ? output : "pipe";
	// The command gets a group of its own, so that what a hanging test has started ends with it.
	const child = spawn(join(BIN, name), args, {
		cwd: ROOT,
		stdio: ["ignore", to, to],
		detached: true,
	});
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding("utf8").on("data", (text: string) => {
			if (output !== "inherit") output.push(text);
		});
	}
	const limit = setTimeout(() => {
		console.error(`${name} is not done after ${TESTS_MS_MAX / 60_000} minutes`);
		signal(child, "SIGKILL");
	}, TESTS_MS_MAX);
	let interrupted = false;
	const pass = (name: NodeJS.Signals) => {
		interrupted = true;
		signal(child, name);
	};
	process.on("SIGINT", pass).on("SIGTERM", pass);
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		// By then all its output has been read.
		child.once("close", (code) => {
			clearTimeout(limit);
			process.off("SIGINT", pass).off("SIGTERM", pass);
			if (interrupted) reject(new Interrupted(`${name} was interrupted`));
			else resolve(code === 0);
		});
	});
}

/** Signals the child and everything that it has started. */
function signal(child: ChildProcess, name: NodeJS.Signals) {
	const ended = child.exitCode !== null || child.signalCode !== null;
	if (child.pid !== undefined && !ended) process.kill(-child.pid, name);
}

try {
	process.exitCode = await main();
} catch (error) {
	if (!(error instanceof Interrupted)) throw error;
	console.error(error.message);
	process.exitCode = 130;
}
