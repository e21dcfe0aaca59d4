/** Threads that can no longer be started while the node runs: no job suffers for it. */
import {
	existsSync,
	mkdtempSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createExecutor } from "../../node/executor/executor.ts";
import * as spawning from "../../node/executor/spawn-worker.ts";
import type { Executor, Job, JobOutcome } from "../../node/ports.ts";
import { systemClock } from "../../node/world/clock.ts";
import { ALONE_THREADS_MAX } from "../../protocol/limits.ts";
import { begin, job } from "./executor-jobs.ts";
import { RecordedLog } from "./recorded-log.ts";

vi.mock(import("../../node/executor/spawn-worker.ts"), async (original) => {
	const real = await original();
	return { ...real, spawnWorker: vi.fn(real.spawnWorker) };
});

let folder: string;
let file: string;
let executor: Executor;
let log: RecordedLog;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-reload-"));
	file = join(folder, "tasks.mjs");
	log = new RecordedLog();
});
afterEach(async () => {
	await executor.stop();
	rmSync(folder, { recursive: true });
});

/** In one step, so that a thread that starts meanwhile finds no file that is still empty. */
function save(text: string): void {
	writeFileSync(`${file}.new`, text);
	renameSync(`${file}.new`, file);
}

function handlers(version: number): string {
	return `import { existsSync } from "node:fs";
	export default {
		version: () => ${version},
		exits: () => process.exit(7),
		spins: (path) => { while (!existsSync(path)); },
		waits: (_, { signal }) => new Promise((resolve) => {
			const alive = setInterval(() => {}, 60_000);
			signal.addEventListener("abort", () => resolve(clearInterval(alive)));
		}),
	};`;
}

async function start(threads: number, handlerFiles = [file]): Promise<void> {
	executor = await createExecutor({
		concurrency: 100,
		handlerFiles,
		processTaskMs: 0,
		threads,
		clock: systemClock,
		log,
	});
}

function run(type: string, more: Partial<Job> = {}): Promise<JobOutcome> {
	return executor.run(job(type, { type, ...more }));
}

/** Runs several at once, so that each is worth a thread of its own. */
function runFour(): Promise<JobOutcome[]> {
	const ids = ["a", "b", "c", "d"];
	return Promise.all(ids.map((id) => run("version", { id })));
}

function success(version: number) {
	return { kind: "success", result: `${version}`, ranMs: expect.any(Number) };
}

/** What was logged of threads that do not start, or that start again. */
function told(): [string, string][] {
	return log.entries
		.filter(([level]) => level === "error" || level === "info")
		.map(([level, fields]) => [
			level,
			"cause" in fields ? String(fields.cause) : "",
		]);
}

const MENDED = /threads can be started again/;
const NEEDS_MENDING = /no new worker thread/;

describe("a handler file that is broken while the node runs", () => {
	test.each([
		["is half written", "export default {\n\tversion( {", /\(line 2/],
		["throws", 'throw new Error("no licence");', /did not load: no licence$/],
		["exits", "process.exit(3);", /did not load: .+process\.exit\(3\)$/],
		[
			"gives up",
			"await new Promise(() => {});",
			/did not load: its top-level await never settles/,
		],
		[
			"has lost a type",
			"export default { version: () => 2, waits() {} };",
			/no longer has the type exits, .+restart the node/,
		],
		[
			"says something impossible of a type, so that no job may begin",
			`import { writeFileSync } from "node:fs";
			export default {
				version: { run: () => writeFileSync(import.meta.filename + ".begun", ""), retries: 101 },
				exits() {}, spins() {}, waits() {},
			};`,
			/tasks\.mjs did not load: version\.retries must be an integer from 0 to 100$/,
		],
	])(
		"%s: all jobs run in the thread that had loaded before",
		async (_, text, why) => {
			save(handlers(1));
			await start(4);
			save(text);
			expect(await runFour()).toEqual(Array(4).fill(success(1)));
			await log.has(NEEDS_MENDING);
			save(handlers(3));
			await log.has(MENDED);
			expect(told()).toEqual([
				["error", expect.stringMatching(why)],
				["info", ""],
			]);
			expect(told()[0]?.[1]).toMatch(`handler file ${file} `);
			expect(existsSync(`${file}.begun`)).toBe(false);
		},
	);

	test("the settings of a file's types are those that were last loaded", async () => {
		const text = (timeout: string) => `export default {
			version: { run: () => 1, timeout: "${timeout}", retries: undefined },
			exits: () => process.exit(7),
		};`;
		save(text("5s"));
		await start(1);
		expect(executor.settingsOf("version")).toEqual({ timeoutMs: 5_000 });
		save(text("7s"));
		const crashed = run("exits");
		expect(executor.settingsOf("version")).toEqual({ timeoutMs: 5_000 });
		expect(await crashed).toMatchObject({ kind: "crashed" });
		// They reach the new thread before it has loaded.
		expect(await runFour()).toEqual(Array(4).fill(success(1)));
		expect(executor.settingsOf("version")).toEqual({ timeoutMs: 7_000 });
		expect(executor.settingsOf("exits")).toEqual({});
	});

	test("with no thread left all tasks wait, suspects too, until the file is good again", async () => {
		save(handlers(1));
		await start(1);
		save("export default {");
		expect(await run("exits")).toMatchObject({ kind: "crashed" });
		const waiting = Array.from({ length: ALONE_THREADS_MAX + 2 }, (_, i) => [
			run("version", { id: `${i}` }),
			run("version", { id: `alone ${i}`, alone: true }),
		]).flat();
		const cancelled = [false, true].map((alone) =>
			begin(executor, job("cancelled", { type: "version", alone })),
		);
		await log.has(NEEDS_MENDING);
		for (const { abort, outcome } of cancelled) {
			abort("cancelled", 60_000);
			expect(await outcome).toEqual({ kind: "not-begun" });
		}
		save(handlers(2));
		for (const outcome of await Promise.all(waiting))
			expect(outcome).toEqual(success(2));
	});

	test.each([
		["alone", { alone: true }, NEEDS_MENDING],
		["isolated", { isolated: true }, /no process for a task/],
	])(
		"a suspect that runs %s is not blamed for it, and waits while others run",
		async (_, apart, needsMending) => {
			save(handlers(1));
			await start(1);
			save("export default {");
			const suspect = run("version", { id: "suspect", ...apart });
			await log.has(needsMending);
			expect(await run("version")).toEqual(success(1));
			save(handlers(2));
			expect(await suspect).toEqual(success(2));
		},
	);

	test("if the only thread spins, tasks wait until it answers again", async () => {
		save(handlers(1));
		await start(1);
		save("export default {");
		const enough = join(folder, "enough");
		const spinning = run("spins", { payload: JSON.stringify(enough) });
		await log.has(/does not answer/);
		const waiting = run("version");
		await log.has(NEEDS_MENDING);
		writeFileSync(enough, "");
		expect((await spinning).kind).toBe("success");
		expect(await waiting).toEqual(success(1));
	});

	test("a task that still waits when the executor stops has not begun", async () => {
		save(handlers(1));
		await start(1);
		save("export default {");
		await run("exits");
		const waiting = [run("version"), run("version", { alone: true })];
		await log.has(NEEDS_MENDING);
		await executor.stop();
		expect(await Promise.all(waiting)).toEqual([
			{ kind: "not-begun" },
			{ kind: "not-begun" },
		]);
	});

	test("an additional type does no harm", async () => {
		save(handlers(1));
		await start(4);
		save("export const more = 1; export { default } from './more.mjs';");
		writeFileSync(
			join(folder, "more.mjs"),
			handlers(1).replace("default {", "default { more() {},"),
		);
		expect(await runFour()).toEqual(Array(4).fill(success(1)));
		expect(told()).toEqual([]);
	});
});

describe("a system that cannot start a thread", () => {
	test("makes jobs wait, many suspects too, until it can", async () => {
		vi.mocked(spawning.spawnWorker).mockImplementationOnce(() => {
			throw new Error("out of threads");
		});
		await start(1, []);
		const waiting = Array.from({ length: ALONE_THREADS_MAX + 2 }, (_, i) =>
			run("noop", { id: `${i}`, alone: true }),
		);
		waiting.push(run("noop"));
		for (const outcome of await Promise.all(waiting))
			expect(outcome.kind).toBe("success");
		expect(told()).toEqual([
			["error", expect.stringMatching(/out of threads/)],
			["info", ""],
		]);
	});
});
