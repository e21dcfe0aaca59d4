/**
 * Keeps what a node is told in confidence (where its store is, with the password; the access
 * token of who started it) from the
 * code of its tasks, which runs in the same process: out of the environment that it and all
 * that it starts have, and out of the process's title. Whoever may read the memory of the
 * process, or `/proc/self/environ`, finds it all the same: a user of the machine that should
 * not know the password must not run as the same user.
 */
import { redact } from "../store/redis/url.ts";
import type { Environment, Flag } from "./flags.ts";
import { NODE_FLAGS } from "./node-flags.ts";
import { TOKEN_VARIABLE } from "./nodes.ts";

/** Of the service manager that started this program: nothing that it starts may speak in its name. */
const SERVICE_VARIABLES = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/** The environment, from which what is secret, or for this process alone, is taken away. */
export function takeEnvironment(env: NodeJS.ProcessEnv): Environment {
	const taken = { ...env };
	for (const name of [TOKEN_VARIABLE, ...SERVICE_VARIABLES]) delete env[name];
	for (const { secret, env: names = [] } of Object.values<Flag>(NODE_FLAGS))
		if (secret) for (const name of names) delete env[name];
	return taken;
}

/** What to call the process instead of by its arguments; undefined where these hold no secret. */
export function titleOf(args: readonly string[]): string | undefined {
	const shown = args.map((arg) => arg.replace(/[\w+]+:\/\/.*/s, redact));
	const same = shown.every((arg, i) => arg === args[i]);
	return same ? undefined : ["hearsay", ...shown].join(" ");
}
