/**
 * Files that the program carries with it: Lua scripts, the dashboard's page,
 * the code of a worker. This is the one place that knows where they are, so
 * that everything else works alike from sources and from the single executable.
 */
import { readFileSync } from "node:fs";

/** The text of a file, named from the top of the project: `node/store/claim.lua`. */
export function readAsset(path: string): string {
	return readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
}
