/**
 * Set-up: brings what Hearsay needs onto this machine, and nothing else.
 *
 *   node scripts/setup.mjs [redis | redis-server | browser | curl | tools | nginx | haproxy | promtool
 *       | systemd-analyze | cloud-init]...
 *
 * It always brings the npm packages, among them the Node runtime that Hearsay runs on;
 * named needs come on top. It has no dependencies and runs on any Node from 20, since it
 * is what brings the rest. When nothing is missing it is silent and quick; otherwise it
 * says on stderr what it does. It may be interrupted and run again at any time; a second
 * one started meanwhile waits its turn.
 *
 * Exit codes: 0 ready · 1 something failed, perhaps only for now · 2 a person has to
 * install something, and the message says what.
 *
 * Scripts in package.json go on with `hash -r && exec node …`: the first run puts the
 * runtime in front of the host's `node` on the PATH, so the shell has to forget where it
 * found `node` before.
 */
import { fileURLToPath } from "node:url";
import { SetupError, say } from "./setup/command.mjs";
import { waitForTurn } from "./setup/lock.mjs";
import { packages, tools } from "./setup/packages.mjs";
import { browser, curl, redis, redisServer } from "./setup/programs.mjs";
import { unpacked } from "./setup/unpacked.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @typedef {import("./setup/command.mjs").Need} Need */

/** @type {Record<string, Need>} */
const FROM_NPM = { tools: tools(root) };
/** @type {Record<string, Need>} */
const FROM_APT = {
	redis,
	"redis-server": redisServer,
	browser,
	curl,
	nginx: unpacked(root, "nginx"),
	haproxy: unpacked(root, "haproxy"),
	promtool: unpacked(root, "promtool", "prometheus"),
	"systemd-analyze": unpacked(root, "systemd-analyze", "systemd"),
	"cloud-init": unpacked(root, "cloud-init"),
};

async function main() {
	const names = process.argv.slice(2);
	const known = { ...FROM_NPM, ...FROM_APT };
	const unknown = names.find((name) => !(name in known));
	if (unknown !== undefined) {
		throw new SetupError(
			`There is no need named "${unknown}"; there are: ${Object.keys(known).join(", ")}.`,
			2,
		);
	}
	/** @param {Record<string, Need>} from */
	const asked = (from) => names.flatMap((name) => from[name] ?? []);
	const [npm, apt] = [[packages(root), ...asked(FROM_NPM)], asked(FROM_APT)];
	if (![...npm, ...apt].some((need) => need.missing())) return;
	await waitForTurn(root, () =>
		say("Another set-up is at work here; waiting for it …"),
	);
	// Side by side, since both spend most of their time waiting for downloads.
	const ended = await Promise.allSettled([bringAll(npm), bringAll(apt)]);
	for (const each of ended) {
		if (each.status === "rejected") throw each.reason;
	}
}

/** One after the other. @param {readonly Need[]} needs */
async function bringAll(needs) {
	for (const need of needs) {
		// Asked again: whoever had the turn before may have brought it.
		if (need.missing()) await need.bring();
	}
}

try {
	await main();
} catch (error) {
	if (!(error instanceof SetupError)) throw error;
	say(error.message);
	process.exitCode = error.exitCode;
}
