/**
 * Set-up: brings what Hearsay needs onto this machine, and nothing else.
 *
 *   node scripts/setup.mjs [redis | redis-server | browser | nginx]...
 *
 * Always the npm packages, among them the Node runtime that Hearsay runs on;
 * named needs come on top. It has no dependencies and runs on any Node from
 * 20, since it is what brings the rest. When nothing is missing it is silent
 * and quick; otherwise it says on stderr what it does. It may be interrupted
 * and run again at any time; a second one started meanwhile waits its turn.
 *
 * Exit codes: 0 ready · 1 something failed, perhaps for now · 2 a person has to
 * install something, and the message says what.
 *
 * Scripts in package.json go on with `hash -r && exec node …`: the first run
 * puts the runtime in front of the host's `node` on the PATH, so the shell has
 * to forget where it found `node` before.
 */
import { fileURLToPath } from "node:url";
import { SetupError, say } from "./setup/command.mjs";
import { waitForTurn } from "./setup/lock.mjs";
import { packages } from "./setup/packages.mjs";
import { browser, redis, redisServer } from "./setup/programs.mjs";
import { unpacked } from "./setup/unpacked.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @type {Record<string, import("./setup/command.mjs").Need>} */
const NAMED = {
	redis,
	"redis-server": redisServer,
	browser,
	nginx: unpacked(root, "nginx"),
};

async function main() {
	const needs = [packages(root)];
	for (const name of process.argv.slice(2)) {
		const need = NAMED[name];
		if (need === undefined) {
			throw new SetupError(
				`There is no need named "${name}"; there are: ${Object.keys(NAMED).join(", ")}.`,
				2,
			);
		}
		needs.push(need);
	}
	if (!needs.some((need) => need.missing())) return;
	await waitForTurn(root, () =>
		say("Another set-up is at work here; waiting for it …"),
	);
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
