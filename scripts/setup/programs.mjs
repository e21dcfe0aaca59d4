/**
 * Programs that do not come from npm: a Redis server and, for the browser tests, a
 * Chromium. They are looked for on the PATH. If this is root and there is an apt, they
 * are installed with it, since only root may; otherwise a person is told what to install
 * or which variable to set instead.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { lastLines, run, SetupError } from "./command.mjs";

const REDIS_ADVICE =
	"Install redis-server (Debian, Ubuntu: sudo apt-get install redis-server)";

/** The store of a cluster: a server of its own, or the address of one. */
export const redis = program(
	() =>
		process.env.HEARSAY_REDIS_URL ||
		process.env.HEARSAY_REDIS ||
		findProgram(["redis-server"]),
	"redis-server",
	`Hearsay needs a Redis server. ${REDIS_ADVICE}, or set HEARSAY_REDIS_URL to one that is running, for instance redis://127.0.0.1:6379.`,
);

/** A server for tests and measurements, which start and stop servers themselves. */
export const redisServer = program(
	() => findProgram(["redis-server"]),
	"redis-server",
	`This needs the program redis-server, whatever HEARSAY_REDIS_URL says. ${REDIS_ADVICE}.`,
);

export const browser = program(
	findBrowser,
	"chromium",
	"The browser tests need a Chromium. Install Chromium or Chrome (Debian: sudo apt-get install chromium), or set HEARSAY_CHROMIUM to the path of one.",
);

/** Needed by what README and manual show, which a test runs. */
export const curl = program(
	() => findProgram(["curl"]),
	"curl",
	"The examples of the manual are tested with curl. Install it (Debian: sudo apt-get install curl).",
);

/** The path of a Chromium to test with, if there is one. */
export function findBrowser() {
	return (
		process.env.HEARSAY_CHROMIUM ||
		findProgram(["chromium", "chromium-browser", "google-chrome"])
	);
}

/**
 * @param {() => string | undefined} find
 * @param {string} aptPackage
 * @param {string} advice To a person, if apt is of no use.
 * @returns {import("./command.mjs").Need}
 */
function program(find, aptPackage, advice) {
	return {
		missing: () => find() === undefined,
		async bring() {
			if (process.getuid?.() !== 0 || findProgram(["apt-get"]) === undefined) {
				throw new SetupError(advice, 2);
			}
			const output = await aptInstall(aptPackage);
			if (find() === undefined) {
				throw new SetupError(
					`apt-get could not install ${aptPackage}. Its last lines:\n${lastLines(output, 6)}\n${advice}`,
					2,
				);
			}
		},
	};
}

/** @param {string} name @returns {Promise<string>} What apt-get printed. */
async function aptInstall(name) {
	const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
	const update = await run(
		"Updating apt's lists",
		["apt-get", "update", "-qq"],
		env,
		"/",
	);
	// Also after a failed update: the lists from before may do.
	const install = await run(
		`Installing ${name} with apt`,
		[
			"apt-get",
			"install",
			"-qq",
			"--no-install-recommends",
			"-o",
			"DPkg::Lock::Timeout=120",
			name,
		],
		env,
		"/",
	);
	return `${update.output}\n${install.output}`;
}

/** @param {readonly string[]} names The first that is on the PATH. */
export function findProgram(names) {
	const directories = (process.env.PATH ?? "").split(delimiter);
	return names
		.flatMap((name) => directories.map((directory) => join(directory, name)))
		.find((path) => existsSync(path));
}
