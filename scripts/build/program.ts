/**
 * The bundled program, made anew if a source has changed since.
 *
 * It needs files of its own: itself, the code of a worker, the part of it that runs one
 * task, the manual, the page and the client; it reads all other files that it carries from the
 * project. Each file is put in place at once by renaming, so that several processes may
 * do this at the same time.
 */
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	renameSync,
	rmSync,
	statSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
	CLIENT_ASSET,
	MANUAL_ASSET,
	PAGE_ASSET,
	TASK_PROGRAM,
	WORKER_ASSET,
} from "../../node/world/assets.ts";
import { bundleMain, bundleTaskProgram, bundleWorker } from "./bundle.ts";
import { bundleClient } from "./client.ts";
import { writeManual } from "./manual.ts";
import { bundlePage } from "./page.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DIST = join(ROOT, "dist");
/** The program's path, from the top of the project. */
export const PROGRAM_FILE = "dist/hearsay.mjs";
const PROGRAM = join(ROOT, PROGRAM_FILE);
/** The files that the program needs beside it. */
const PARTS = [
	WORKER_ASSET,
	TASK_PROGRAM,
	MANUAL_ASSET,
	PAGE_ASSET,
	CLIENT_ASSET,
];
/** Everything that a bundle is made of, and what makes it. */
const SOURCES = [
	"node",
	"protocol",
	"dashboard",
	"scripts/build",
	"package.json",
	"package-lock.json",
];

/** Resolves when PROGRAM_FILE is made from the present sources. */
export async function bundleProgram(): Promise<void> {
	if (isFresh()) return;
	mkdirSync(DIST, { recursive: true });
	const work = mkdtempSync(join(DIST, "bundle-"));
	try {
		let madeOfMs: number;
		do {
			madeOfMs = sourcesMs();
			await bundleWorker(ROOT, join(work, WORKER_ASSET));
			await bundleTaskProgram(ROOT, join(work, TASK_PROGRAM));
			writeManual(ROOT, join(work, MANUAL_ASSET));
			await bundlePage(ROOT, join(work, PAGE_ASSET));
			await bundleClient(ROOT, join(work, CLIENT_ASSET));
			await bundleMain(ROOT, join(work, "hearsay.mjs"));
			// A source may have changed meanwhile, and be older than the program.
		} while (sourcesMs() !== madeOfMs);
		// The program comes last: its age is what is looked at.
		for (const part of PARTS) renameSync(join(work, part), join(DIST, part));
		renameSync(join(work, "hearsay.mjs"), PROGRAM);
	} finally {
		rmSync(work, { recursive: true });
	}
}

function isFresh(): boolean {
	if (![PROGRAM, ...PARTS.map((part) => join(DIST, part))].every(existsSync))
		return false;
	return sourcesMs() < statSync(PROGRAM).ctimeMs;
}

/** When the newest source came here. */
function sourcesMs(): number {
	return Math.max(...SOURCES.map((source) => newestMs(join(ROOT, source))));
}

function newestMs(path: string): number {
	const stat = statSync(path);
	// When a source came here, not when it was written: an archive brings times of its own.
	if (!stat.isDirectory()) return stat.ctimeMs;
	const entries = readdirSync(path).map((name) => newestMs(join(path, name)));
	// A folder's own time shows that files are gone.
	return Math.max(stat.ctimeMs, ...entries);
}
