/**
 * Files that the program carries with it: Lua scripts, the dashboard's page, its client,
 * the manual, the code of a worker. This is the one place that knows where they are, so
 * that everything else works alike in the three forms that the program has:
 *
 * - its sources, started from `node/main.ts`;
 * - a bundle of them, `dist/hearsay.mjs` (made by `scripts/bundle.ts`), which takes a
 *   third less memory and time to start; the files lie where they are;
 * - the single executable (made by `scripts/build.ts`), which carries them all under the
 *   same names.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { getAsset, isSea } from "node:sea";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The name under which the executable, and the bundle's folder, hold the code of a worker. */
export const WORKER_ASSET = "worker.cjs";
/**
 * The name of the manual in that place: a JSON object of its pages by chapter, the overview
 * under "", and its pictures.
 */
export const MANUAL_ASSET = "manual.json";
/** The name of what draws the dashboard's page in that place: a JSON object of its `script` and its `style`. */
export const PAGE_ASSET = "page.json";
/** The name of the API's client in that place: one module, as a browser loads it. */
export const CLIENT_ASSET = "client.mjs";

/** Whether this runs from the bundle: of everything that is bundled, only that file ends like this. */
const isBundle = import.meta.url.endsWith(".mjs");

/** Where the project lies, or what was built from it. */
const TOP = new URL(isBundle ? "../" : "../../", import.meta.url);

/** The text of a file, named from the top of the project: `node/store/lua/task/claim.lua`. */
export function readAsset(path: string): string {
	if (isSea()) return getAsset(path, "utf8");
	return readFileSync(new URL(path, TOP), "utf8");
}

/** A file that was made when the program was built; undefined if the program runs from its sources. */
function readBuilt(name: string): string | undefined {
	if (isSea()) return getAsset(name, "utf8");
	return isBundle ? readAsset(`dist/${name}`) : undefined;
}

/** The worker's code, read once: a bundle that is built meanwhile does not belong to this program. */
const bundledWorker = readBuilt(WORKER_ASSET);

/**
 * A worker's code as one CommonJS script, for `new Worker(source, { eval: true })`, if
 * the program is bundled. Undefined if it runs from its sources: there a worker starts
 * from its own file.
 */
export function workerSource(): string | undefined {
	return bundledWorker;
}

type Manual = ReadonlyMap<string, Buffer>;

/**
 * Gives access to the manual's pages, by chapter. A built manual is read at once, since a
 * newer build is not of this program. A program that runs from its sources has no build:
 * it renders the manual when somebody first asks for it.
 */
export function openManual(): () => Promise<Manual> {
	return openBuilt(MANUAL_ASSET, "manual.ts", parseManual);
}

/** Gives access to the API's client, which is made like the manual. */
export function openClient(): () => Promise<Buffer> {
	return openBuilt(CLIENT_ASSET, "client.ts", (text) => Buffer.from(text));
}

/** Gives access to what draws the dashboard's page, which is made like the manual. */
export function openPage(): () => Promise<PageParts> {
	return openBuilt(PAGE_ASSET, "page.ts", (text) => {
		const { script, style }: Record<keyof PageParts, string> = JSON.parse(text);
		return { script: Buffer.from(script), style: Buffer.from(style) };
	});
}

interface PageParts {
	readonly script: Buffer;
	readonly style: Buffer;
}

/** Gives access to what was built. `maker`: the script that prints it for a program that runs from its sources. */
function openBuilt<T>(
	name: string,
	maker: string,
	parse: (text: string) => T,
): () => Promise<T> {
	const text = readBuilt(name);
	let made: Promise<T> | undefined;
	if (text !== undefined) made = Promise.resolve(text).then(parse);
	return () => {
		made ??= make(maker).then(parse);
		return made;
	};
}

function parseManual(text: string): Manual {
	const pages: Record<string, string> = JSON.parse(text);
	return new Map(
		Object.entries(pages).map(([name, text]) => [
			name,
			Buffer.from(text, name.endsWith(".png") ? "base64" : "utf8"),
		]),
	);
}

/** Runs a script in a process of its own, as the program does not carry what the script needs. */
async function make(maker: string): Promise<string> {
	const script = new URL(`scripts/build/${maker}`, TOP);
	const { stdout } = await promisify(execFile)(
		process.execPath,
		[fileURLToPath(script)],
		{ maxBuffer: 16 * 2 ** 20 },
	);
	return stdout;
}

/**
 * The command, not meant for people, by which the executable runs one task for the node
 * that started it.
 */
export const TASK_COMMAND = "run-one-task";
/** The name of the same program in the bundle's folder, as a file of its own. */
export const TASK_PROGRAM = "task.mjs";

/** How to start a process that runs one task: see `task-main.ts`. */
export function taskCommand(): readonly string[] {
	if (isSea()) return [process.execPath, TASK_COMMAND];
	const entry = isBundle ? TASK_PROGRAM : "../task-main.ts";
	return [process.execPath, fileURLToPath(new URL(entry, import.meta.url))];
}

/** How to start this program once more: everything that comes before the command's name. */
export function programCommand(): readonly string[] {
	if (isSea()) return [process.execPath];
	const entry = isBundle
		? import.meta.url
		: new URL("../main.ts", import.meta.url);
	return [process.execPath, fileURLToPath(entry)];
}

export function programVersion(): string {
	return JSON.parse(readAsset("package.json")).version;
}
