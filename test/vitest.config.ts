/**
 * How the tests run: four projects, one a folder.
 *
 * unit, contract and sim share the machine; e2e comes after them and one file
 * at a time, because it measures times on clusters of real processes. Every
 * test has an end, so that one which hangs is a failure and not a wait.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const CORES = 2;
const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** For all that tests start: a program starts in half the time where an earlier one has compiled it. */
const COMPILED = join(ROOT, "node_modules/.cache/hearsay-tests");

export default defineConfig({
	root: ROOT,
	test: {
		globalSetup: join(ROOT, "test/program.ts"),
		env: { NODE_COMPILE_CACHE: COMPILED },
		allowOnly: false,
		teardownTimeout: 10_000,
		projects: [
			project("unit", 10_000, { maxWorkers: CORES }),
			project("contract", 30_000, { maxWorkers: CORES }),
			project("sim", 120_000, { maxWorkers: CORES }),
			project("e2e", 120_000, {
				fileParallelism: false,
				sequence: { groupOrder: 1 },
			}),
		],
	},
});

function project(name: string, timeoutMs: number, more: object) {
	return {
		extends: true as const,
		test: {
			name,
			include: [`test/${name}/**/*.test.ts`],
			testTimeout: timeoutMs,
			hookTimeout: timeoutMs,
			...more,
		},
	};
}
