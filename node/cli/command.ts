/** What a command consists of, and what it is given when it runs. */
import type { Clock } from "../ports.ts";
import type { Environment } from "./flags.ts";
import type { CommandHelp } from "./help.ts";
import type { Surroundings } from "./node-options.ts";
import type { StopWish } from "./stop-signals.ts";
import type { Terminal } from "./terminal.ts";

export interface Invocation {
	/** The arguments after the command's name. */
	readonly args: readonly string[];
	readonly env: Environment;
	readonly surroundings: Surroundings;
	readonly terminal: Terminal;
	readonly clock: Clock;
	readonly stop: StopWish;
}

export interface Command {
	readonly help: CommandHelp;
	/** Runs the command. Resolves with the exit code: 0 done, 1 failed. @throws ConfigError for 2. */
	run(invocation: Invocation): Promise<number>;
}
