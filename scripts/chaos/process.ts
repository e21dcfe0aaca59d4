/**
 * The processes that the chaos run starts, and their end: each by its own pid, and,
 * whatever becomes of the run (an error, Ctrl-C), by force when the run itself exits.
 * SIGKILL ends a stopped process too.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";

const living = new Set<ChildProcess>();
process.on("exit", () => {
	for (const child of living) child.kill("SIGKILL");
});

export interface ProcessPlan {
	/** The program, then its arguments. */
	readonly command: readonly string[];
	/** The file to which the process's output is appended. */
	readonly logPath: string;
	/** A channel by which the process notices that the run is gone. */
	readonly channel: "ipc" | "ignore";
}

export class OwnProcess {
	/** Resolves when the process has ended, with how: `SIGKILL`, `code 0`. */
	readonly ended: Promise<string>;
	/** Whether the process has said over its channel that it runs; until then it may not handle signals. */
	hasBegun = false;
	readonly #child: ChildProcess;

	constructor({ command, logPath, channel }: ProcessPlan) {
		const [program = "", ...args] = command;
		const log = openSync(logPath, "a");
		const { PATH } = process.env;
		// No setting of the shell that runs chaos changes what is run.
		const child = spawn(program, args, {
			env: { PATH },
			stdio: ["ignore", log, log, channel],
			// A Ctrl-C in the terminal is not meant for it.
			detached: true,
		});
		closeSync(log);
		living.add(child);
		this.#child = child;
		child.once("message", () => {
			this.hasBegun = true;
		});
		this.ended = once(child, "exit").then(([code, signal]) => {
			living.delete(child);
			return signal ?? `code ${code}`;
		});
	}

	/** @throws if the process could not be started */
	get pid(): number {
		const { pid } = this.#child;
		if (pid === undefined) {
			throw new Error(`${this.#child.spawnfile} could not be started`);
		}
		return pid;
	}

	get alive(): boolean {
		return living.has(this.#child);
	}

	signal(name: NodeJS.Signals): void {
		this.#child.kill(name);
	}
}
