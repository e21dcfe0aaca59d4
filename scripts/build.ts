/**
 * `npm run build`: the single executable, `dist/hearsay`.
 *
 *   node scripts/build.ts
 *
 * It is this very Node.js with the program inside: one bundle for the main thread, one
 * for the worker threads (which have no file to start from), the manual, and the files
 * that `node/world/assets.ts` hands out, under the same names. It needs nothing installed
 * where it runs, and runs only on this system and processor.
 */
import { execFileSync } from "node:child_process";
import {
	mkdirSync,
	mkdtempSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import {
	CLIENT_ASSET,
	MANUAL_ASSET,
	PAGE_ASSET,
	WORKER_ASSET,
} from "../node/world/assets.ts";
import { listAssets } from "./build/assets.ts";
import { bundleMain, bundleWorker } from "./build/bundle.ts";
import { bundleClient } from "./build/client.ts";
import { writeManual } from "./build/manual.ts";
import { bundlePage } from "./build/page.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const EXECUTABLE = join(DIST, "hearsay");

async function main(): Promise<void> {
	mkdirSync(DIST, { recursive: true });
	const work = mkdtempSync(join(DIST, "build-"));
	try {
		const main = join(work, "main.mjs");
		const worker = join(work, WORKER_ASSET);
		await bundleMain(ROOT, main);
		await bundleWorker(ROOT, worker);
		const manual = join(work, MANUAL_ASSET);
		writeManual(ROOT, manual);
		const page = join(work, PAGE_ASSET);
		await bundlePage(ROOT, page);
		const client = join(work, CLIENT_ASSET);
		await bundleClient(ROOT, client);
		const built = join(work, "hearsay");
		const config = join(work, "sea.json");
		writeFileSync(
			config,
			JSON.stringify({
				main,
				mainFormat: "module",
				output: built,
				disableExperimentalSEAWarning: true,
				assets: {
					...listAssets(ROOT),
					[WORKER_ASSET]: worker,
					[MANUAL_ASSET]: manual,
					[PAGE_ASSET]: page,
					[CLIENT_ASSET]: client,
					"LEGAL.txt": `${main}.LEGAL.txt`,
				},
			}),
		);
		execFileSync(process.execPath, ["--build-sea", config], {
			stdio: ["ignore", "ignore", "inherit"],
		});
		// Replaces the former one at once: a process that runs it goes on undisturbed.
		renameSync(built, EXECUTABLE);
	} finally {
		rmSync(work, { recursive: true });
	}
	const mebibytes = Math.round(statSync(EXECUTABLE).size / 2 ** 20);
	console.log(`${relative(process.cwd(), EXECUTABLE)}: ${mebibytes} MiB`);
}

await main();
