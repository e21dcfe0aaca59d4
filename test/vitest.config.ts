/**
 * How the tests run: who shares the machine with whom. Groups run one after the
 * other, in this order:
 *
 * - unit: two files at a time, all in two processes, since none changes what
 *   the next one meets;
 * - contract and sim: four at a time, as contract tests mostly wait. Those of HTTP share
 *   four processes, since each of them has a server of its own and changes nothing else;
 * - e2e: three at a time, each on a cluster of real processes that mostly waits. How long
 *   something takes is not measured there, but for bars that are several times what it takes on a
 *   busy machine;
 * - contract-timed and e2e-timed: alone, because they measure what a busy machine
 *   would spoil.
 *
 * Beside them, proof: what takes too long for all of these, one file a proof, see
 * `scripts/proof/`. Every test has an end, so that one which hangs is a failure and not a wait.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** For all that tests start: a program starts in half the time if an earlier one has compiled it. */
const COMPILED = join(ROOT, "node_modules/.cache/hearsay-tests");

const BUNDLED = join(ROOT, "test/program.ts");
const CORES = 2;
/** What these measure, others beside them would spoil: they run alone. */
const TIMED_E2E = [
	"celery-work", // how soon a slot that comes free takes up what waits
	"hostile-gossip", // that work is found within a second
	"idle", // processor time, and commands a second
	"in-time", // how soon nodes stop, start, refuse and go on
	"sharing", // who takes up what within milliseconds
	"poison", // how soon a node answers meanwhile
].map((name) => `test/e2e/${name}.test.ts`);
const TIMED_CONTRACT = [
	"executor-spread", // which tasks are short
].map((name) => `test/contract/${name}.test.ts`);

/**
 * These share processes, which saves each the time to load the server: most of a second of a
 * core. The others have a browser, or take long.
 */
const HTTP = "test/contract/http-!(fuzz|manual|page).test.ts";
/** Each first in its group: otherwise one of them would be left to the end, alone. */
const LONGEST = [
	"sim/simulation",
	"contract/page-look",
	"contract/page-refresh",
	"contract/store-redis",
	"contract/store-redis-agreement",
	"e2e/chaos",
	"e2e/manual",
	"e2e/up",
	"e2e/start-trouble",
	"e2e/executable",
].map((name) => join(ROOT, `test/${name}.test.ts`));

class LongestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]) {
		const others = await super.sort(files);
		const longest = LONGEST.flatMap((path) =>
			others.filter(({ moduleId }) => moduleId === path),
		);
		return [...longest, ...others.filter((file) => !longest.includes(file))];
	}
}

export default defineConfig({
	root: ROOT,
	test: {
		env: { NODE_COMPILE_CACHE: COMPILED },
		allowOnly: false,
		// Between groups their own order counts.
		sequence: { sequencer: LongestFirst },
		teardownTimeout: 10_000,
		// What is waited for is no bar: vitest's own second is one.
		expect: { poll: { timeout: 60_000, interval: 20 } },
		projects: [
			project("unit", 60_000, {
				...{ include: filesIn("unit"), isolate: false },
				...{ maxWorkers: CORES, groupOrder: 0 },
			}),
			project("contract", 120_000, {
				...{ include: filesIn("contract"), exclude: [...TIMED_CONTRACT, HTTP] },
				globalSetup: BUNDLED,
				...{ maxWorkers: 2 * CORES, groupOrder: 1 },
			}),
			project("contract-http", 120_000, {
				...{ include: [HTTP], isolate: false },
				...{ maxWorkers: 2 * CORES, groupOrder: 1 },
			}),
			project("sim", 120_000, {
				...{ include: filesIn("sim"), isolate: false },
				...{ maxWorkers: 2 * CORES, groupOrder: 1 },
			}),
			project("e2e", 120_000, {
				...{
					include: filesIn("e2e"),
					exclude: TIMED_E2E,
					globalSetup: BUNDLED,
				},
				...{ maxWorkers: CORES + 1, groupOrder: 2 },
			}),
			project("contract-timed", 120_000, {
				...{ include: TIMED_CONTRACT, globalSetup: BUNDLED },
				...{ maxWorkers: 1, groupOrder: 3 },
			}),
			project("e2e-timed", 120_000, {
				...{ include: TIMED_E2E, globalSetup: BUNDLED },
				...{ maxWorkers: 1, groupOrder: 3 },
			}),
			project("proof", 600_000, {
				...{ include: filesIn("proof"), globalSetup: BUNDLED },
				...{ maxWorkers: 1, groupOrder: 4 },
			}),
		],
	},
});

function filesIn(folder: string): string[] {
	return [`test/${folder}/**/*.test.ts`];
}

interface Plan {
	readonly include: string[];
	readonly exclude?: string[];
	readonly globalSetup?: string;
	/** Whether each file has a process of its own; so it is unless said otherwise. */
	readonly isolate?: boolean;
	readonly maxWorkers: number;
	readonly groupOrder: number;
}

function project(
	name: string,
	timeoutMs: number,
	{ groupOrder, ...plan }: Plan,
) {
	return {
		extends: true as const,
		test: {
			...{ name, ...plan, sequence: { groupOrder } },
			...{ testTimeout: timeoutMs, hookTimeout: timeoutMs },
		},
	};
}
