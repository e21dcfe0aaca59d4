/**
 * The API's client as one module that a browser loads: `protocol/client/` without types.
 *
 *   node scripts/build/client.ts
 *
 * prints it for a program that runs from its sources.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { plainOperations } from "./plain-operations.ts";

function options(root: string): BuildOptions {
	return {
		entryPoints: [join(root, "protocol/client/browser.ts")],
		bundle: true,
		platform: "browser",
		target: "es2024",
		format: "esm",
		minifyWhitespace: true,
		lineLimit: 160,
		plugins: [plainOperations],
		logLevel: "warning",
	};
}

export async function bundleClient(
	root: string,
	outfile: string,
): Promise<void> {
	await build({ ...options(root), outfile });
}

if (import.meta.main) {
	const root = fileURLToPath(new URL("../..", import.meta.url));
	const { outputFiles } = await build({ ...options(root), write: false });
	process.stdout.write(outputFiles[0]?.text ?? "");
}
