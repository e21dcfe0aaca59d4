/**
 * `npm run build`: the single executable, `dist/hearsay`.
 *
 *   node scripts/build.ts [--arch x64|arm64]
 *
 * For another processor than this machine's it is called so: `dist/hearsay-arm64`.
 *
 * It is Node.js, without what is only for debuggers, and with the program inside: one bundle for the main thread, one
 * for the worker threads (which have no file to start from), the manual, and the files
 * that `node/world/assets.ts` hands out, under the same names. It needs nothing installed
 * where it runs but Linux, on the processor that it was made for.
 */
import { execFileSync } from "node:child_process";
import {
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { constants, zstdCompressSync } from "node:zlib";
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
import {
	ARCHITECTURES,
	type Architecture,
	runtimeFor,
} from "./build/runtime.ts";
import { strip } from "./build/strip.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");

/** The name by which boot.mjs asks for it. */
const PACKED_ASSET = "program.zst";
const PACKING = { [constants.ZSTD_c_compressionLevel]: 19 };

function pack(program: Buffer): Buffer {
	return zstdCompressSync(program, { params: PACKING });
}

/** Undefined, and told to a person, if there is none such. */
function readArchitecture(): Architecture | undefined {
	const { arch } = parseArgs({
		options: { arch: { type: "string", default: process.arch } },
	}).values;
	const known = ARCHITECTURES.find((each) => each === arch);
	if (known === undefined)
		console.error(`--arch is "${arch}"; give ${ARCHITECTURES.join(" or ")}.`);
	return known;
}

async function main(): Promise<number> {
	const arch = readArchitecture();
	if (arch === undefined) return 2;
	const name = arch === process.arch ? "hearsay" : `hearsay-${arch}`;
	const executable = join(DIST, name);
	mkdirSync(DIST, { recursive: true });
	const work = mkdtempSync(join(DIST, "build-"));
	try {
		const main = join(work, "main.mjs");
		const packed = join(work, PACKED_ASSET);
		const worker = join(work, WORKER_ASSET);
		await bundleMain(ROOT, main);
		writeFileSync(packed, pack(readFileSync(main)));
		await bundleWorker(ROOT, worker);
		const manual = join(work, MANUAL_ASSET);
		writeManual(ROOT, manual);
		const page = join(work, PAGE_ASSET);
		await bundlePage(ROOT, page);
		const client = join(work, CLIENT_ASSET);
		await bundleClient(ROOT, client);
		const built = join(work, "hearsay");
		const runtime = join(work, "node");
		writeFileSync(runtime, strip(readFileSync(runtimeFor(ROOT, arch))), {
			mode: 0o755,
		});
		const config = join(work, "sea.json");
		writeFileSync(
			config,
			JSON.stringify({
				main: join(ROOT, "scripts/build/boot.mjs"),
				mainFormat: "module",
				output: built,
				executable: runtime,
				disableExperimentalSEAWarning: true,
				assets: {
					...listAssets(ROOT),
					[PACKED_ASSET]: packed,
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
		renameSync(built, executable);
	} finally {
		rmSync(work, { recursive: true });
	}
	const mebibytes = Math.round(statSync(executable).size / 2 ** 20);
	console.log(`${relative(process.cwd(), executable)}: ${mebibytes} MiB`);
	return 0;
}

process.exitCode = await main();
