/**
 * A worker in a process of its own, for a task that may end the process it runs in: by
 * native code, or because the kernel ends it when memory is short. All that is lost then
 * is this task's run.
 *
 * In it is a part of this program (see `task-process.ts`), at the head of a process group, so
 * that what its task has started ends with it. Its standard output and error are the
 * node's: what native code says as it dies is not lost. From its start on, the kernel ends
 * it before any other process when memory is short.
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
	/** Resolves when nothing is left of it. */
	readonly closed: Promise<void>;
	readonly #close: () => void;
	readonly #child: ChildProcess;
	readonly #pid: number | undefined;
	#events: LinkEvents;

	/**
	 * It waits for a task. Where the system has none to give, `events` say so a moment later.
	 * @throws where it cannot even be asked
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

	/** Lets it load task code, to run one task. From now on these events are told. */
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

	/** Ends it by force, with all that its task has started. */
	end(): void {
		if (this.#pid !== undefined) endGroup(this.#pid);
	}

	#say(what: ToProcess | BurstToWorker): void {
		if (this.#pid === undefined) return;
		// What a process that is gone does not hear matters to nobody: its end is told of.
		this.#child.send(what, () => {});
	}

	/** The system says a moment later why there is none. */
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

/** Its node does it, so that there is no moment in which the kernel would take another first. */
function offerToTheKernel(pid: number): void {
	try {
		writeFileSync(`/proc/${pid}/oom_score_adj`, OOM_SCORE_MAX);
	} catch {
		// Not on Linux, where whom the system ends first cannot be asked for; or it is gone already.
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
		// Nobody of it is left.
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}
