/**
 * All tests, or the parts named: types, style, unit, contract, sim, e2e.
 *
 *   node scripts/test.ts [part]...
 *
 * Types and style count as one test each. Every part runs, whatever became of
 * the one before. The last line is `N passed, N failed`; the exit code is 1
 * when anything failed, 2 for a part that does not exist. A run that is
 * interrupted has no verdict: it ends at once, with 130.
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
const PROJECTS = ["unit", "contract", "sim", "e2e"];
const PARTS = ["types", "style", ...PROJECTS];
/** All of vitest's projects together. Beyond, they are ended and have failed. */
const TESTS_MS_MAX = 12 * 60_000;

async function main(): Promise<number> {
	const { positionals } = parseArgs({ allowPositionals: true });
	const unknown = positionals.find((part) => !PARTS.includes(part));
	if (unknown !== undefined) {
		console.error(`no part "${unknown}"; there are: ${PARTS.join(", ")}`);
		return 2;
	}
	const parts = positionals.length === 0 ? PARTS : positionals;
	const counts: Count[] = [];
	if (parts.includes("types")) {
		counts.push(await one("types", ["tsc", "--project", ROOT]));
	}
	if (parts.includes("style")) {
		counts.push(await one("style", ["biome", "ci", ROOT]));
	}
	const projects = parts.filter((part) => PROJECTS.includes(part));
	if (projects.length > 0) counts.push(await tests(projects));

	const passed = counts.reduce((sum, count) => sum + count.passed, 0);
	const failed = counts.reduce((sum, count) => sum + count.failed, 0);
	console.log(`${passed} passed, ${failed} failed`);
	return failed === 0 ? 0 : 1;
}

/** A command that is one test. */
async function one(name: string, command: string[]): Promise<Count> {
	console.log(`── ${name}`);
	const startedMs = Date.now();
	const ok = await run(command, TESTS_MS_MAX);
	const seconds = ((Date.now() - startedMs) / 1_000).toFixed(1);
	console.log(`${name} ${ok ? "passed" : "FAILED"} in ${seconds} s\n`);
	return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function tests(projects: string[]): Promise<Count> {
	console.log(`── ${projects.join(", ")}`);
	const directory = mkdtempSync(join(tmpdir(), "hearsay-test-"));
	const reportFile = join(directory, "report.json");
	try {
		const ok = await run(
			[
				"vitest",
				"run",
				`--config=${join(ROOT, "test/vitest.config.ts")}`,
				...projects.map((project) => `--project=${project}`),
				"--reporter=default",
				"--reporter=json",
				`--outputFile.json=${reportFile}`,
			],
			TESTS_MS_MAX,
		);
		return countOf(readReport(reportFile), ok);
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}

/** Undefined where vitest ended before it wrote one. */
function readReport(file: string): string | undefined {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return undefined;
	}
}

class Interrupted extends Error {}

/**
 * Whether the command succeeded in time. Its output is ours.
 * @throws Interrupted when this process was told to end meanwhile.
 */
function run([name = "", ...args]: string[], msMax: number): Promise<boolean> {
	// A group of its own, so that what a hanging test has started ends with it.
	const child = spawn(join(BIN, name), args, {
		cwd: ROOT,
		stdio: ["ignore", "inherit", "inherit"],
		detached: true,
	});
	const limit = setTimeout(() => {
		console.error(`${name} is not done after ${msMax / 60_000} minutes`);
		signal(child, "SIGKILL");
	}, msMax);
	let interrupted = false;
	const pass = (name: NodeJS.Signals) => {
		interrupted = true;
		signal(child, name);
	};
	process.on("SIGINT", pass).on("SIGTERM", pass);
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("exit", (code) => {
			clearTimeout(limit);
			process.off("SIGINT", pass).off("SIGTERM", pass);
			if (interrupted) reject(new Interrupted(`${name} was interrupted`));
			else resolve(code === 0);
		});
	});
}

/** To the child and all that it has started. */
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
