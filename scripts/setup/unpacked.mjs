/**
 * Debian programs that a proof starts beside Hearsay. They are not installed: their
 * packages, and those that they need and this machine lacks, are fetched with apt and
 * unpacked under `node_modules/.cache/debian`. Nothing in the system changes, no service
 * starts, and all of it goes with `node_modules`. If the program is on the PATH already,
 * that one is used.
 */
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	renameSync,
	rmSync,
} from "node:fs";
import { join } from "node:path";
import { lastLines, run, SetupError } from "./command.mjs";
import { findProgram } from "./programs.mjs";

/** Where packages keep programs. */
const PLACES = ["usr/sbin", "usr/bin", "sbin", "bin"];
/** Where they keep libraries, each in a folder of the machine's kind. */
const LIBRARIES = ["usr/lib", "lib"];
/** Where they keep what programs in Python import. */
const PYTHON_MODULES = "usr/lib/python3/dist-packages";

/**
 * @typedef {object} Unpacked
 * @property {string} file The program.
 * @property {Record<string, string>} env What it needs to find its libraries.
 */

/**
 * @param {string} root The checkout.
 * @param {string} name Of the program.
 * @returns {Unpacked | undefined}
 */
export function findUnpacked(root, name) {
	const installed = findProgram([name]);
	if (installed !== undefined) return { file: installed, env: {} };
	const folder = folderOf(root, name);
	const file = PLACES.map((place) => join(folder, place, name)).find((path) =>
		existsSync(path),
	);
	if (file === undefined) return undefined;
	const libraries = LIBRARIES.map((place) => join(folder, place))
		.filter((place) => existsSync(place))
		.flatMap((place) =>
			readdirSync(place)
				.filter((kind) => kind.includes("-linux-"))
				// systemd keeps some of its own in a folder below.
				.flatMap((kind) => [join(place, kind), join(place, kind, "systemd")])
				.filter((each) => existsSync(each)),
		);
	const modules = join(folder, PYTHON_MODULES);
	return {
		file,
		env: {
			...(libraries.length > 0 && { LD_LIBRARY_PATH: libraries.join(":") }),
			...(existsSync(modules) && { PYTHONPATH: modules }),
		},
	};
}

/**
 * @param {string} root
 * @param {string} name Of the program.
 * @param {string} [from] The package that has it, if it has another name.
 * @returns {import("./command.mjs").Need}
 */
export function unpacked(root, name, from = name) {
	return {
		missing: () => findUnpacked(root, name) === undefined,
		async bring() {
			if (["apt-get", "dpkg"].some((tool) => findProgram([tool]) === undefined))
				throw new SetupError(
					`This needs the program ${name}, and there is no apt to fetch it with. Install ${name} yourself.`,
					2,
				);
			const folder = folderOf(root, name);
			mkdirSync(join(folder, ".."), { recursive: true });
			const work = mkdtempSync(`${folder}-`);
			try {
				await unpack(from, work);
				rmSync(folder, { recursive: true, force: true });
				renameSync(work, folder);
			} finally {
				rmSync(work, { recursive: true, force: true });
			}
			if (findUnpacked(root, name) === undefined)
				throw new SetupError(
					`There is no program ${name} in Debian's package ${from}. Install ${name} yourself.`,
					2,
				);
		},
	};
}

/** @param {string} root @param {string} name */
function folderOf(root, name) {
	return join(root, "node_modules/.cache/debian", name);
}

/** @param {string} name @param {string} folder */
async function unpack(name, folder) {
	const missing = (await listMissing(name)) ?? (await listAfterUpdate(name));
	await must(`Fetching ${name}`, ["apt-get", "download", ...missing], folder);
	for (const file of readdirSync(folder)) {
		const archive = join(folder, file);
		await must(`Unpacking ${file}`, ["dpkg", "-x", archive, folder], folder);
		rmSync(archive);
	}
}

/** @param {string} name @returns {Promise<string[]>} */
async function listAfterUpdate(name) {
	// Only root may update the lists; for others they stay as they are.
	await run("Updating apt's lists", ["apt-get", "update", "-qq"], env(), "/");
	const missing = await listMissing(name);
	if (missing !== undefined) return missing;
	throw new SetupError(
		`apt knows no package ${name}. Install ${name} yourself.`,
		2,
	);
}

/**
 * What apt would install for a package, itself included; undefined if it cannot tell.
 * @param {string} name
 * @returns {Promise<string[] | undefined>}
 */
async function listMissing(name) {
	const command = ["apt-get", "install", "--simulate"];
	const { ok, output } = await run(
		`Asking apt what ${name} needs`,
		[...command, "--no-install-recommends", name],
		env(),
		"/",
	);
	if (!ok) return undefined;
	const lines = output.matchAll(/^Inst (\S+)/gm);
	return [...new Set([name, ...[...lines].map(([, found = ""]) => found)])];
}

/**
 * @param {string} title
 * @param {readonly string[]} command
 * @param {string} cwd
 */
async function must(title, command, cwd) {
	const { ok, output } = await run(title, command, env(), cwd);
	if (ok) return;
	throw new SetupError(
		`${command.slice(0, 2).join(" ")} failed. Its last lines:\n${lastLines(output, 6)}\nRun the command again.`,
		1,
	);
}

function env() {
	return { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
}
