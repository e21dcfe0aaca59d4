/** Reads the checkout for the rules of the house. */
import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { ROOMS } from "./plan.ts";
import { parseSource, type Source } from "./source.ts";

const ROOT = new URL("../../../", import.meta.url);

export interface TextFile {
	readonly path: string;
	readonly text: string;
}

export interface Checkout {
	/** Files and folders at the top, without those that git ignores. */
	readonly top: readonly string[];
	/** Every file in the rooms. */
	readonly paths: readonly string[];
	readonly sources: readonly Source[];
	readonly scripts: readonly TextFile[];
}

export function readCheckout(): Checkout {
	const paths = ROOMS.flatMap(filesIn).sort();
	const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
	const withEnding = (...endings: string[]) =>
		paths.filter((path) => endings.includes(extname(path)));
	return {
		top: readdirSync(ROOT).filter(
			(name) => !name.startsWith(".") && !IGNORED.includes(name),
		),
		paths,
		sources: withEnding(".ts", ".tsx", ".mjs", ".js").map((path) =>
			parseSource(path, read(path)),
		),
		scripts: withEnding(".lua").map((path) => ({ path, text: read(path) })),
	};
}

/** The files in a folder, at any depth, from the top of the project. */
function filesIn(folder: string): string[] {
	return readdirSync(new URL(`${folder}/`, ROOT), { withFileTypes: true })
		.filter(({ name }) => !IGNORED.includes(name))
		.flatMap((entry) => {
			const path = `${folder}/${entry.name}`;
			return entry.isDirectory() ? filesIn(path) : [path];
		});
}

const IGNORED = ["node_modules", "dist"];
