/**
 * The dashboard's page as a browser loads it: one script and one style, `dashboard/` with
 * Preact in it, small.
 *
 *   node scripts/build/page.ts
 *
 * prints them for a program that runs from its sources, as a JSON object.
 *
 * Every file in `dashboard/pages/` is a page, and every style in `dashboard/styles/` and beside
 * a page belongs to it, by name: nothing lists them.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { plainOperations } from "./plain-operations.ts";

/** Preact's notice of copyright, for which its licence asks. */
const LICENCE =
	"/* With Preact (© Jason Miller) and Preact Signals (© Preact Team), both MIT: https://preactjs.com */";

const COMMON: BuildOptions = {
	bundle: true,
	write: false,
	platform: "browser",
	target: "es2024",
	minify: true,
	lineLimit: 160,
	logLevel: "warning",
};

export async function bundlePage(root: string, outfile: string): Promise<void> {
	writeFileSync(outfile, await renderPage(root));
}

/** The page as a JSON object of its `script` and its `style`. */
async function renderPage(root: string): Promise<string> {
	const [script, style] = await Promise.all([
		textOf({
			...COMMON,
			stdin: { contents: entryOf(root), resolveDir: join(root, "dashboard") },
			format: "esm",
			banner: { js: LICENCE },
			jsx: "automatic",
			jsxImportSource: "preact",
			plugins: [plainOperations],
		}),
		textOf({
			...COMMON,
			stdin: { contents: styleOf(root), loader: "css" },
		}),
	]);
	return JSON.stringify({ script, style });
}

async function textOf(options: BuildOptions): Promise<string> {
	const { outputFiles, metafile } = await build({ ...options, metafile: true });
	const libraries = Object.keys(metafile.inputs).filter(
		(path) => path.includes("node_modules/") && !/preact/.test(path),
	);
	// One import of a value where a type was meant brings in the schemas.
	if (libraries.length > 0)
		throw new Error(`The page must not carry ${libraries[0]}.`);
	return outputFiles?.[0]?.text ?? "";
}

/** The code that puts the pages together, each of which exports itself as `page`. */
function entryOf(root: string): string {
	const files = readdirSync(join(root, "dashboard/pages")).sort();
	const pages = files.filter((name) => /\.tsx?$/.test(name));
	return [
		'import { start } from "./app.tsx";',
		...pages.map(
			(name, at) => `import { page as p${at} } from "./pages/${name}";`,
		),
		`start([${pages.map((_, at) => `p${at}`).join()}]);`,
	].join("\n");
}

function styleOf(root: string): string {
	return ["styles", "pages"]
		.flatMap((folder) => {
			const names = readdirSync(join(root, "dashboard", folder)).sort();
			return names.map((name) => join(root, "dashboard", folder, name));
		})
		.filter((path) => path.endsWith(".css"))
		.map((path) => readFileSync(path, "utf8"))
		.join("\n");
}

if (import.meta.main) {
	const root = fileURLToPath(new URL("../..", import.meta.url));
	process.stdout.write(await renderPage(root));
}
