/**
 * The command line: finds the command, and turns its outcome into an exit code: 0 done, 1
 * failed, 2 wrong use or configuration, 3 timed out, 4 no node reachable. A user's
 * mistake is one sentence; any other error shows its stack, so that it can be reported.
 */
import { ConfigError } from "../options.ts";
import type { Command, Invocation } from "./command.ts";
import { CommandFailed } from "./command-failed.ts";
import { nodeCommand } from "./commands/node.ts";
import { tokenCommand } from "./commands/token.ts";
import { upCommand } from "./commands/up.ts";
import { formatHelp } from "./help.ts";
import { findStartProblem } from "./start-problem.ts";

const COMMANDS: Readonly<Record<string, Command>> = {
	up: upCommand,
	node: nodeCommand,
	token: tokenCommand,
};

const HELP = `Usage: hearsay <command> [flags]
A task scheduler without a broker and without a leader.

Commands:
${Object.entries(COMMANDS)
	.map(([name, { help }]) => `  ${name.padEnd(6)}${help.summary}`)
	.join("\n")}

  hearsay <command> --help    all about a command
  hearsay --version`;

/** Runs the command that the arguments name. Resolves with the exit code. */
export async function runCommandLine(invocation: Invocation): Promise<number> {
	const { terminal } = invocation;
	const [name = "", ...args] = invocation.args;
	if (name === "--help" || name === "-h") {
		terminal.line(HELP);
		return 0;
	}
	if (name === "--version") {
		terminal.line(`hearsay ${invocation.surroundings.version}`);
		return 0;
	}
	const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
	if (command === undefined) {
		terminal.problem(
			name === ""
				? HELP
				: `hearsay: there is no command "${name}"; hearsay --help lists them.`,
		);
		return 2;
	}
	if (args.includes("--help") || args.includes("-h")) {
		terminal.line(formatHelp(command.help));
		return 0;
	}
	try {
		return await command.run({ ...invocation, args });
	} catch (error) {
		return explain(error, terminal);
	}
}

function explain(error: unknown, terminal: Invocation["terminal"]): number {
	if (error instanceof CommandFailed) {
		terminal.problem(`hearsay: ${error.message}`);
		return error.exitCode;
	}
	const problem =
		error instanceof ConfigError ? error.message : findStartProblem(error);
	if (problem !== undefined) {
		terminal.problem(`hearsay: ${problem}`);
		return 2;
	}
	terminal.problem(
		error instanceof Error ? (error.stack ?? error.message) : String(error),
	);
	return 1;
}
