/**
 * The program with all its libraries as single files, without comments and blanks: a
 * process keeps the text of its program, twice as large if one letter of it is not ASCII.
 * Names stay and lines are short, so that a stack in a log can be followed.
 */
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";

const COMMON: BuildOptions = {
	bundle: true,
	platform: "node",
	target: "node26",
	minifyWhitespace: true,
	lineLimit: 160,
	// Licences go beside the bundle, as `*.LEGAL.txt`; the executable carries that.
	legalComments: "external",
	logLevel: "warning",
};

/** Makes the program an ES module, since it awaits at top level. */
export async function bundleMain(root: string, outfile: string): Promise<void> {
	await build({
		...COMMON,
		entryPoints: [join(root, "node/main.ts")],
		outfile,
		format: "esm",
		banner: {
			// Libraries that are CommonJS ask for Node's own modules this way.
			js: 'import { createRequire as createRequireForBundle } from "node:module";\nconst require = createRequireForBundle(import.meta.url);',
		},
	});
}

/** Makes the program of one task like the whole program: it may await at top level. */
export async function bundleTaskProgram(
	root: string,
	outfile: string,
): Promise<void> {
	await build({
		...COMMON,
		entryPoints: [join(root, "node/task-main.ts")],
		outfile,
		format: "esm",
	});
}

/** Makes the worker CommonJS: one that starts from a text takes no other form. */
export async function bundleWorker(
	root: string,
	outfile: string,
): Promise<void> {
	await build({
		...COMMON,
		entryPoints: [join(root, "node/executor/worker-main.ts")],
		outfile,
		format: "cjs",
	});
}
