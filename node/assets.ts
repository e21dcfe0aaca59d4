/**
 * Files that the program carries with it: Lua scripts, the dashboard's page,
 * the code of a worker. This is the one place that knows where they are, so
 * that everything else works alike from sources and from the single executable
 * (made by `scripts/build.ts`, which puts them in under the same names).
 */
import { readFileSync } from "node:fs";
import { getAsset, isSea } from "node:sea";
import { fileURLToPath } from "node:url";

/** Name under which the executable holds the bundled code of a worker. */
export const WORKER_ASSET = "worker.cjs";

/** The text of a file, named from the top of the project: `node/store/claim.lua`. */
export function readAsset(path: string): string {
	if (isSea()) return getAsset(path, "utf8");
	return readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
}

/**
 * A worker's code as one CommonJS script, for `new Worker(source, { eval: true })`,
 * inside the executable, which has no files to start a worker from. Undefined
 * when running from sources: there a worker starts from its own file.
 */
export function workerSource(): string | undefined {
	return isSea() ? getAsset(WORKER_ASSET, "utf8") : undefined;
}

/** How to start this program once more: what comes before the command's name. */
export function programCommand(): readonly string[] {
	return isSea()
		? [process.execPath]
		: [process.execPath, fileURLToPath(new URL("main.ts", import.meta.url))];
}

export function programVersion(): string {
	return JSON.parse(readAsset("package.json")).version;
}
