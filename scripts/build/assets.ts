/**
 * The files that the program carries as they are: Lua scripts, what browsers load as it is, and package.json
 * for the version. Each has the name by which `readAsset` is asked for it, and its path.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** What is made into the page or the manual. */
const IN_PAGE = /\.(tsx?|md)$|^dashboard\/(styles|pages|docs)\//;

export function listAssets(root: string): Record<string, string> {
	const names = [
		"package.json",
		...filesIn(root, "node").filter((name) => name.endsWith(".lua")),
		...filesIn(root, "dashboard").filter((name) => !IN_PAGE.test(name)),
	];
	return Object.fromEntries(names.map((name) => [name, join(root, name)]));
}

function filesIn(root: string, folder: string): string[] {
	return readdirSync(join(root, folder), {
		recursive: true,
		withFileTypes: true,
	})
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(root.length));
}
