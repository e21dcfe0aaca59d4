/**
 * A worker in a process of its own, for a task that may end the process it runs in:
 * through native code, or because the kernel kills it when memory is short. Only this
 * task's run is lost then.
 *
 * The process runs a part of this program (see `task-process.ts`) and leads a process
 * group, so that whatever its task has started ends with it. It shares the node's
 * standard output and error, so that nothing native code prints while it dies is lost.
 * From its start on, the kernel kills it before any other process when memory is short.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { NODE_LIVES_MS } from "../../protocol/limits.ts";
import type { Clock, Timer } from "../ports.ts";
import { taskCommand } from "../world/assets.ts";
import type { BurstFromWorker, BurstToWorker } from "./burst.ts";
import type { Link, LinkEvents } from "./link.ts";
import {
	type FromProcess,
	NODE_LIVES,
	type ProcessStart,
	type ToProcess,
	type WorkerStart,
} from "./messages.ts";

const OOM_SCORE_MAX = "1000";

export class TaskProcess {
	/** Resolves when nothing is left of the process. */
	readonly closed: Promise<void>;
	readonly #close: () => void;
	readonly #child: ChildProcess;
	readonly #pid: number | undefined;
	#events: LinkEvents;

	/**
	 * Starts a process that waits for a task. If the system has no process to give,
	 * `events` say so a moment later.
	 * @throws if the system cannot even be asked
	 */
	constructor(first: ProcessStart, events: LinkEvents) {
		const [command = "", ...args] = taskCommand();
		this.#child = spawn(command, args, {
			detached: true,
			stdio: ["ignore", "inherit", "inherit", "ipc"],
			serialization: "advanced",
		});
		this.#pid = this.#child.pid;
		this.#events = events;
		const { promise, resolve } = Promise.withResolvers<void>();
		this.closed = promise;
		this.#close = resolve;
		if (this.#pid === undefined) {
			this.#awaitRefusal();
		} else {
			offerToTheKernel(this.#pid);
			this.#listen();
		}
		this.#say(first);
		this.#child.once("exit", () => this.end()); // What its task has started may outlive it.
	}

	/** Lets the process load task code, to run one task. From now on these events are used. */
	begin(start: WorkerStart, events: LinkEvents, clock: Clock): Link {
		this.#events = events;
		this.#say(start);
		const heartbeat = keepSaying(() => this.#say(NODE_LIVES), clock);
		this.#child.once("exit", () => heartbeat.cancel());
		return {
			cells: undefined,
			send: (burst) => this.#say(burst),
			hearAll() {}, // All comes in order, and before its end.
			takeWorkMs: () => undefined,
			end: () => this.end(),
		};
	}

	/** Ends the process by force, with everything its task has started. */
	end(): void {
		if (this.#pid !== undefined) endGroup(this.#pid);
	}

	#say(what: ToProcess | BurstToWorker): void {
		if (this.#pid === undefined) return;
		// If the process is gone, it does not matter that it hears nothing: its end is reported.
		this.#child.send(what, () => {});
	}

	/** Waits for the reason why there is no process: the system gives it a moment later. */
	#awaitRefusal(): void {
		this.#child.once("error", ({ message }) => {
			this.#events.failed(`the system has no process to give: ${message}`);
			this.#events.exited("it did not start");
			this.#events.closed();
			this.#close();
		});
	}

	#listen(): void {
		const child = this.#child;
		child.on("message", (said: BurstFromWorker | FromProcess | null) => {
			if (Array.isArray(said) || said === null) this.#events.heard(said);
			else if (said.kind === "left") this.#events.left();
			else if (said.kind === "failed") this.#events.failed(`${said.message}`);
			else this.#events.heard(said);
		});
		let how: string | undefined;
		let silent = false;
		const bury = () => {
			if (how === undefined || !silent) return;
			this.#events.exited(how);
			this.#events.closed();
			this.#close();
		};
		child.once("disconnect", () => {
			silent = true;
			bury();
		});
		child.once("exit", (code, signal) => {
			how = wordsOf(code, signal);
			bury();
		});
	}
}

function wordsOf(code: number | null, signal: NodeJS.Signals | null): string {
	if (signal === null) return `its process exited with code ${code}`;
	const why =
		signal === "SIGKILL" ? ", as the system does when memory is short" : "";
	return `its process was ended by ${signal}${why}`;
}

/**
 * Asks the kernel to kill this process first. The node asks, so that there is no moment
 * in which the kernel would kill another first.
 */
function offerToTheKernel(pid: number): void {
	try {
		writeFileSync(`/proc/${pid}/oom_score_adj`, OOM_SCORE_MAX);
	} catch {
		// Only on Linux can the system be asked whom to kill first; or the process is gone
		// already.
	}
}

function keepSaying(say: () => void, clock: Clock): Timer {
	let timer = clock.after(NODE_LIVES_MS, again);
	function again(): void {
		say();
		timer = clock.after(NODE_LIVES_MS, again);
	}
	return { cancel: () => timer.cancel() };
}

function endGroup(pid: number): void {
	try {
		process.kill(-pid, "SIGKILL");
	} catch (error) {
		// Nothing is left of the group.
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}
