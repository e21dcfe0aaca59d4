/**
 * One process of a node, from its start to its end, with its log followed meanwhile. If
 * the system is out of processes, files or memory, it starts none: then this has ended
 * before it began, like a process that died at once.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import type { Writable } from "node:stream";
import type { Environment } from "../flags.ts";
import { endTree } from "../leave.ts";
import { LogFollower, openLog } from "./log-file.ts";

export interface ProcessPlan {
	/** The program, then its arguments. */
	readonly command: readonly string[];
	readonly env: Environment;
	readonly logPath: string;
	/** Held open by the process for as long as it lives. */
	readonly hold: Writable | "ignore";
}

export interface ProcessEnd {
	/** The exit code; null if a signal ended the process, or it never began. */
	readonly code: number | null;
	/** The words that follow its name. */
	readonly how: string;
}

/** What a node tells its parent once it has started. */
export interface Started {
	readonly name: string;
}

export class MemberProcess {
	readonly #child: ChildProcess | undefined;
	/** Resolves with the node's name once it reports that: then it runs. */
	readonly named: Promise<string>;
	/** Resolves, and never rejects, when the process has ended. */
	readonly ended: Promise<ProcessEnd>;

	/** Starts the process. `onLine` gets every line that is added to its log. */
	constructor(plan: ProcessPlan, onLine: (line: string) => void) {
		const named = Promise.withResolvers<string>();
		const ended = Promise.withResolvers<ProcessEnd>();
		this.named = named.promise;
		this.ended = ended.promise;
		const fail = ({ message }: Error) =>
			ended.resolve({ code: null, how: `could not be started (${message})` });
		try {
			const child = begin(plan, onLine);
			this.#child = child;
			child.once("message", (message: Started) => named.resolve(message.name));
			// For a running process, a signal did not reach it; its end will be reported.
			child.on("error", (error) => {
				if (child.pid === undefined) fail(error);
			});
			child.once("exit", (code, signal) =>
				ended.resolve({
					code,
					how: `(pid ${child.pid}) ended by ${signal ?? `itself with code ${code}`}`,
				}),
			);
		} catch (error) {
			fail(error as Error);
		}
	}

	/** The process's id; undefined if it never began. */
	get pid(): number | undefined {
		return this.#child?.pid;
	}

	kill(signal: "SIGTERM" | "SIGKILL"): void {
		const pid = this.#child?.pid;
		// What its tasks have started would outlive it.
		if (signal === "SIGKILL" && pid !== undefined) endTree(pid);
		else this.#child?.kill(signal);
	}
}

/**
 * Starts the process. @throws the system's error if it starts nothing; some errors come as
 * an event, of a child without a pid
 */
function begin(
	{ command, env, logPath, hold }: ProcessPlan,
	onLine: (line: string) => void,
): ChildProcess {
	const [program = "", ...args] = command;
	const log = openLog(logPath);
	// Whatever fails, nothing stays open: files may be what the system is out of.
	try {
		const follower = new LogFollower(logPath, onLine);
		try {
			const child = spawn(program, args, {
				env,
				// Through this channel the node learns that `up` is gone: see stop-signals.ts.
				stdio: ["ignore", log, log, "ipc", hold],
				// Its own process group: a Ctrl-C in the terminal is not for it.
				detached: true,
			});
			const end = child.pid === undefined ? "error" : "exit";
			child.once(end, () => follower.close());
			return child;
		} catch (error) {
			follower.close();
			throw error;
		}
	} finally {
		closeSync(log);
	}
}
