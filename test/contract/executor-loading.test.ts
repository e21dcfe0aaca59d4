/** Handler files that do not load, and workers that start from text. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterEach, expect, test, vi } from "vitest";
import * as assets from "../../node/assets.ts";
import {
	createExecutor,
	type ExecutorOptions,
} from "../../node/executor/executor.ts";
import type { Clock } from "../../node/ports.ts";
import { systemClock, systemLog } from "../../node/world.ts";
import { job } from "./executor-jobs.ts";

vi.mock(import("../../node/assets.ts"), async (original) => ({
	...(await original()),
	workerSource: vi.fn(() => undefined),
}));
afterEach(() => vi.restoreAllMocks());

const fixtures = "test/fixtures/handlers";
/** A hundred times as fast, so that what takes too long does so soon. */
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

test.each([
	["absent.js", /Cannot find module/],
	["no-default.js", /no default export/],
	["empty.js", /its default export is empty/],
	["not-a-function.js", /resize is neither a function nor \{ run \}/],
	["bad-name.js", /"re size" cannot be a task type/],
	["unsupported-key.js", /resize\.timeout is not supported yet/],
	["taken.js", /the type noop is there already/],
	["throws.js", /no licence found$/],
	["exits.js", /process\.exit\(7\)/],
	["gives-up.js", /exited with code 0/],
])("%s is refused by name, with what is wrong", async (file, why) => {
	const path = `${fixtures}/broken/${file}`;
	const loading = create([`${fixtures}/plain.js`, path]);
	await expect(loading).rejects.toThrow(why);
	await expect(loading).rejects.toThrow(path);
	await expect(loading).rejects.toThrow(/^[^\n]+$/);
});

test.each([
	["syntax.js", "export default { resize( {} };", /Unexpected token/],
	[
		"enum.ts",
		"enum Size { Small }\nexport default {};",
		/enum is not supported/,
	],
])("%s is refused as the runtime refuses it", async (file, text, why) => {
	const path = join(mkdtempSync(join(tmpdir(), "handlers-")), file);
	writeFileSync(path, text);
	try {
		await expect(create([path])).rejects.toThrow(why);
	} finally {
		rmSync(dirname(path), { recursive: true });
	}
});

test("a file that does not come to an end is refused after a time", async () => {
	const path = `${fixtures}/broken/hangs.js`;
	const loading = create([path], { clock: hasty });
	await expect(loading).rejects.toThrow(
		`handler file ${path} did not load: it took over 15 s`,
	);
});

test("the types of all files are served, beside the built-in ones", async () => {
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

test("a worker that starts from bundled text runs handler files from disk", async () => {
	const entry = new URL("../../node/executor/worker-main.ts", import.meta.url);
	const bundle = await build({
		entryPoints: [fileURLToPath(entry)],
		bundle: true,
		write: false,
		platform: "node",
		format: "cjs",
	});
	const source = bundle.outputFiles[0]?.text;
	vi.mocked(assets.workerSource).mockReturnValue(source);
	const executor = await create([`${fixtures}/scripted.ts`]);
	const outcome = await executor.run(job("a", { payload: '{"value":"here"}' }));
	expect(outcome).toMatchObject({ kind: "success", result: '"here"' });
	await executor.stop();
});
