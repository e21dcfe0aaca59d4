/**
 * Keeps a node's secrets (where its store is, with the password; the access token of
 * whoever started it) from the code of its tasks, which runs in the same process: removes
 * them from the environment that task code and everything it starts inherit, and from the
 * process's title. Anybody who may read the memory of the process, or
 * `/proc/self/environ`, finds them all the same: a user of the machine who should not
 * know the password must not run as the same user.
 */
import { redact } from "../store/redis/url.ts";
import type { Environment, Flag } from "./flags.ts";
import { NODE_FLAGS } from "./node-flags.ts";
import { TOKEN_VARIABLE } from "./nodes.ts";

/**
 * Variables of the service manager that started this program: nothing that the program
 * starts may speak in its name.
 */
const SERVICE_VARIABLES = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/**
 * Returns the environment after removing from it what is secret, or for this process
 * alone.
 */
export function takeEnvironment(env: NodeJS.ProcessEnv): Environment {
	const taken = { ...env };
	for (const name of [TOKEN_VARIABLE, ...SERVICE_VARIABLES]) delete env[name];
	for (const { secret, env: names = [] } of Object.values<Flag>(NODE_FLAGS))
		if (secret) for (const name of names) delete env[name];
	return taken;
}

/**
 * A title for the process instead of its arguments; undefined if these contain no secret.
 */
export function titleOf(args: readonly string[]): string | undefined {
	const shown = args.map((arg) => arg.replace(/[\w+]+:\/\/.*/s, redact));
	const same = shown.every((arg, i) => arg === args[i]);
	return same ? undefined : ["hearsay", ...shown].join(" ");
}
