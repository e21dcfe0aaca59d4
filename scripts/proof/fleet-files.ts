/**
 * What all machines of the proof `fleet` find in one directory: task code as one file, the
 * file to which it writes its runs, and the programs that put a node under its filter. All
 * of their users may read it.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = new URL("../..", import.meta.url).pathname;

export interface FleetFiles {
	readonly handlers: string;
	/** Everybody may write to it. */
	readonly effects: string;
	/** Comes before a policy and the program that is to run under it. */
	readonly filter: readonly string[];
}

export async function layFiles(directory: string): Promise<FleetFiles> {
	chmodSync(directory, 0o755);
	mkdirSync(join(directory, "effects"));
	chmodSync(join(directory, "effects"), 0o777);
	const effects = join(directory, "effects/runs");
	writeFileSync(effects, "");
	chmodSync(effects, 0o666);
	const handlers = join(directory, "handlers.mjs");
	await build({
		entryPoints: [join(ROOT, "scripts/chaos/handlers.ts")],
		...{ outfile: handlers, bundle: true, platform: "node", format: "esm" },
	});
	const filter = [join(directory, "node"), join(directory, "under-filter.ts")];
	const sources = [
		process.execPath,
		join(ROOT, "test/systemd/under-filter.ts"),
	];
	for (const [i, source] of sources.entries())
		copyFileSync(source, filter[i] as string);
	return { handlers, effects, filter };
}

/** Builds the executable, and keeps it in the directory under this name. */
export function buildAs(name: string, directory: string): string {
	execFileSync(process.execPath, [join(ROOT, "scripts/build.ts")], {
		stdio: "pipe",
	});
	const executable = join(directory, name);
	copyFileSync(join(ROOT, "dist/hearsay"), executable);
	return executable;
}
