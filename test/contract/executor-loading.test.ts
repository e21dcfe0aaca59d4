/** Handler files that do not load, and workers that start from text. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
	createExecutor,
	type ExecutorOptions,
} from "../../node/executor/executor.ts";
import type { Clock } from "../../node/ports.ts";
import * as assets from "../../node/world/assets.ts";
import { systemClock } from "../../node/world/clock.ts";
import { systemLog } from "../../node/world/log.ts";
import { job } from "./executor-jobs.ts";

vi.mock(import("../../node/world/assets.ts"), async (original) => ({
	...(await original()),
	workerSource: vi.fn(() => undefined),
}));
afterEach(() => vi.restoreAllMocks());

const fixtures = "test/fixtures/handlers";
/** A hundred times as fast, so that a timeout comes soon. */
const hasty: Clock = {
	...systemClock,
	after: (ms, fn) => systemClock.after(ms / 100, fn),
};

function create(handlerFiles: string[], more: Partial<ExecutorOptions> = {}) {
	return createExecutor({
		concurrency: 1,
		handlerFiles,
		processTaskMs: 0,
		clock: systemClock,
		log: systemLog("silent", {}),
		...more,
	});
}

/** Makes a folder of these files, and loads the one of that name. */
async function createFrom(file: string, texts: Record<string, string>) {
	const folder = mkdtempSync(join(tmpdir(), "handlers of "));
	try {
		for (const [name, text] of Object.entries(texts))
			writeFileSync(join(folder, name), text);
		return await create([join(folder, file)]);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

test.each([
	["absent.js", /Cannot find module/],
	["no-default.js", /no default export/],
	["empty.js", /its default export is empty/],
	["not-a-function.js", /resize is neither a function nor \{ run \}/],
	["bad-name.js", /"re size" cannot be a task type/],
	[
		"unsupported-key.js",
		/resize\.isolation is not supported yet; beside run there may be retries, backoff, timeout, killAfter, concurrency$/,
	],
	["unsupported-setting.js", /resize\.stall is not supported yet/],
	["taken.js", /the type noop is there already/],
	["throws.js", /no licence found$/],
	["exits.js", /process\.exit\(7\)/],
	["gives-up.js", /did not load: its top-level await never settles;/],
])("%s is refused by name, with what is wrong", async (file, why) => {
	const path = `${fixtures}/broken/${file}`;
	const loading = create([`${fixtures}/plain.js`, path]);
	await expect(loading).rejects.toThrow(why);
	await expect(loading).rejects.toThrow(path);
	await expect(loading).rejects.toThrow(/^[^\n]+$/);
});

const RETRIES =
	/did not load: resize\.retries must be an integer from 0 to 100$/;
const BACKOFF = /did not load: resize\.backoff must be an object with any of /;
const TIMEOUT =
	/did not load: resize\.timeout must be a duration of 1 ms to 7 days, /;
const KILL_AFTER =
	/did not load: resize\.killAfter must be a duration of up to 5 minutes, /;
const CONCURRENCY =
	/did not load: resize\.concurrency must be an integer from 1 to 4096$/;
test.each([
	["retries: 101", RETRIES],
	["retries: -1", RETRIES],
	["retries: 1.5", RETRIES],
	['retries: "3"', RETRIES],
	["retries: NaN", RETRIES],
	["retries: null", RETRIES],
	["retries: () => 3", RETRIES],
	["retries: 3n", RETRIES],
	["backoff: 5", BACKOFF],
	['backoff: "1s"', BACKOFF],
	["backoff: [1]", BACKOFF],
	['backoff: { type: "linear" }', BACKOFF],
	["backoff: { jitter: 1.1 }", BACKOFF],
	["backoff: { delay: { s: 1 } }", BACKOFF],
	["backoff: { factor: 3 }", BACKOFF],
	[
		'backoff: { delay: "2m", max: "1m" }',
		/resize\.backoff\.max must not be below/,
	],
	['backoff: { max: "25h" }', /resize\.backoff\.max must be 24 hours at most$/],
	[
		'backoff: { delay: "25h", max: "26h" }',
		/resize\.backoff\.delay must be 24 hours at most$/,
	],
	['timeout: "8d"', TIMEOUT],
	["timeout: 0", TIMEOUT],
	['timeout: "soon"', TIMEOUT],
	["timeout: Infinity", TIMEOUT],
	["concurrency: 0", CONCURRENCY],
	["concurrency: 4097", CONCURRENCY],
	["concurrency: 1.5", CONCURRENCY],
	['concurrency: "2"', CONCURRENCY],
	['killAfter: "6m"', KILL_AFTER],
	["killAfter: -1", KILL_AFTER],
])(
	"a file whose handler says { %s } is refused by file, type and field",
	async (said, why) => {
		const text = `export default { noted() {}, resize: { run() {}, ${said} } };`;
		const loading = createFrom("tasks.mjs", { "tasks.mjs": text });
		await expect(loading).rejects.toThrow(why);
		await expect(loading).rejects.toThrow(
			/^handler file [^\n]+\/tasks\.mjs did/,
		);
	},
);

const HALF = "export default {\n\tresize( {} };\n";
const TWICE = "let size = 1;\nexport default { resize() {} };\nlet size = 2;\n";
test.each([
	[
		"half.js",
		HALF,
		/half\.js did not load: Unexpected .+ \(line 2, column 13\)$/,
	],
	[
		"half.cjs",
		HALF,
		/half\.cjs did not load: Unexpected .+ \(line 1, column 1\)$/,
	],
	["half.ts", HALF, /half\.ts did not load: .+ \(line 2, column 13\)$/],
	["twice.js", TWICE, /already been declared \(line 3, column 5\)$/],
	["twice.ts", TWICE, /already been declared \(line 3, column 5\)$/],
	[
		"enum.ts",
		"export default {};\n\tconst a = 1;\tenum Size { Small }",
		/enum is not supported .+ \(line 2, column 15\)$/,
	],
	[
		"lines.ts",
		"export default {};\nenum Size {\n\tSmall,\n}",
		/enum is not supported .+ \(line 2\)$/,
	],
	[
		"absent.js",
		'import { none } from "node:os";',
		/an export named 'none' \(line 1, column 10\)$/,
	],
	// What is wrong is not in the file's text, so no place in it is named.
	["data.js", 'JSON.parse("{");', /in JSON at position 1 \(line 1 column 2\)$/],
	["own.js", 'throw new SyntaxError("no size");', /did not load: no size$/],
])(
	"%s is refused, and the place that the runtime names is told",
	async (file, text, why) => {
		await expect(createFrom(file, { [file]: text })).rejects.toThrow(why);
	},
);

test.each(["half.js", "half.ts"])(
	"a file that imports %s is refused, and the place in the imported file is told",
	async (half) => {
		const texts = { "whole.js": `import "./${half}";`, [half]: HALF };
		await expect(createFrom("whole.js", texts)).rejects.toThrow(
			new RegExp(
				`/whole\\.js did not load: .+ \\(line 2, column 13 of /.+/${half}\\)$`,
			),
		);
	},
);

test.each([
	[
		"TypeScript",
		'"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); exports.default = { resize: () => 5 };',
	],
	[
		"esbuild",
		'var out = {}; Object.defineProperty(out, "__esModule", { value: true }); Object.defineProperty(out, "default", { get: () => ({ resize: { run: () => 5 } }), enumerable: true }); module.exports = out;',
	],
	[
		"two compilers, one after the other",
		"exports.__esModule = true; exports.default = { __esModule: true, default: { resize: () => 5 } };",
	],
	["nobody", "module.exports = { resize: () => 5 };"],
])("a file compiled to CommonJS by %s is unwrapped", async (_, text) => {
	const executor = await createFrom("tasks.cjs", { "tasks.cjs": text });
	expect([...executor.types]).toContain("resize");
	const outcome = await executor.run(job("a", { type: "resize" }));
	expect(outcome).toMatchObject({ kind: "success", result: "5" });
	await executor.stop();
});

test("a file without a default export is refused", async () => {
	const text = "exports.__esModule = true; exports.default = undefined;";
	await expect(createFrom("tasks.cjs", { "tasks.cjs": text })).rejects.toThrow(
		/no default export/,
	);
});

test("a file whose evaluation does not end is refused after a time", async () => {
	const path = `${fixtures}/broken/hangs.js`;
	const loading = create([path], { clock: hasty });
	await expect(loading).rejects.toThrow(
		`handler file ${path} did not load: it took over 15 s`,
	);
});

test("the types of all files are served, along with the built-in ones", async () => {
	const executor = await create([
		`${fixtures}/plain.js`,
		`${fixtures}/scripted.ts`,
	]);
	expect([...executor.types].sort()).toEqual([
		"greet",
		"noop",
		"process_task",
		"scripted",
		"tell",
		"waits",
	]);
	await executor.stop();
});

describe("a worker that starts from bundled text", () => {
	beforeEach(async () => {
		const entry = "../../node/executor/worker-main.ts";
		const bundle = await build({
			entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
			bundle: true,
			write: false,
			platform: "node",
			format: "cjs",
		});
		const source = bundle.outputFiles[0]?.text;
		vi.mocked(assets.workerSource).mockReturnValue(source);
	});

	test("runs handler files from disk", async () => {
		const executor = await create([`${fixtures}/scripted.ts`]);
		const payload = '{"value":"here"}';
		const outcome = await executor.run(job("a", { payload }));
		expect(outcome).toMatchObject({ kind: "success", result: '"here"' });
		await executor.stop();
	});

	test.each(["half.js", "half.ts"])("reports the place in %s", async (file) => {
		const loading = createFrom(file, { [file]: HALF });
		await expect(loading).rejects.toThrow(/ \(line 2, column 13\)$/);
	});
});
