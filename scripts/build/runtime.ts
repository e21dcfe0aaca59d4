/**
 * The Node.js that an executable is made of: this very one or, for another processor, that
 * of the same version from npm, kept under `node_modules/.cache`. What npm brings is checked
 * against the checksum in package-lock.json.
 */
import { execFileSync } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
} from "node:fs";
import { join } from "node:path";

export const ARCHITECTURES = ["x64", "arm64"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** Returns the path of the Node.js for a processor. */
export function runtimeFor(root: string, arch: Architecture): string {
	if (arch === process.arch) return process.execPath;
	const name = `node-linux-${arch}`;
	const { version, integrity } = lockedPackage(root, name);
	const cache = join(root, "node_modules/.cache");
	const folder = join(cache, `${name}-${version}`);
	const runtime = join(folder, "package/bin/node");
	if (existsSync(runtime)) return runtime;
	mkdirSync(cache, { recursive: true });
	const work = mkdtempSync(join(cache, "runtime-"));
	try {
		console.log(`Fetching ${name} ${version} …`);
		const packed = execFileSync(
			"npm",
			["pack", `${name}@${version}`, "--json", "--silent"],
			{ cwd: work, encoding: "utf8" },
		);
		const [archive] = JSON.parse(packed) as [Packed];
		if (archive.integrity !== integrity)
			throw new Error(
				`npm brings another ${name} ${version} than package-lock.json names`,
			);
		execFileSync("tar", ["-xzf", archive.filename], { cwd: work });
		rmSync(join(work, archive.filename));
		rmSync(folder, { recursive: true, force: true });
		renameSync(work, folder);
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
	return runtime;
}

interface Packed {
	readonly filename: string;
	readonly integrity: string;
}

function lockedPackage(
	root: string,
	name: string,
): { readonly version: string; readonly integrity: string } {
	const lock = JSON.parse(
		readFileSync(join(root, "package-lock.json"), "utf8"),
	);
	const found = lock.packages[`node_modules/${name}`];
	if (found === undefined)
		throw new Error(`package-lock.json has no ${name}: there is none for it`);
	return found;
}
