/**
 * A worker in a process of its own, for a task that may end the process it runs in: by
 * native code, or because the kernel ends it when memory is short. All that is lost then
 * is this task's run.
 *
 * In it is a part of this program (see `task-process.ts`), at the head of a process group, so
 * that what its task has started ends with it. Its standard output and error are the
 * node's: what native code says as it dies is not lost.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { NODE_LIVES_MS } from "../../protocol/limits.ts";
import { taskCommand, workerSource } from "../assets.ts";
import type { Clock, Timer } from "../ports.ts";
import type { BurstFromWorker, BurstToWorker } from "./burst.ts";
import type { LinkEvents, OpenLink } from "./link.ts";
import { type FromProcess, NODE_LIVES, type ToProcess } from "./messages.ts";

export function processOpener(clock: Clock): OpenLink {
	return (start, events) => {
		const [command = "", ...args] = taskCommand();
		const child = spawn(command, args, {
			detached: true,
			stdio: ["ignore", "inherit", "inherit", "ipc"],
			serialization: "advanced",
		});
		const { pid } = child;
		if (pid === undefined) return tellStillborn(child, events);
		// What a process that is gone does not hear matters to nobody: its end is told of.
		const say = (what: ToProcess | BurstToWorker) => child.send(what, () => {});
		listen(child, events);
		say({ start, source: workerSource() });
		const heartbeat = keepSaying(NODE_LIVES, say, clock);
		child.once("exit", () => {
			heartbeat.cancel();
			// What its task has started may outlive it.
			endGroup(pid);
		});
		return {
			send: say,
			hearAll() {}, // All comes in order, and before its end.
			takeWorkMs: () => undefined,
			end: () => endGroup(pid),
		};
	};
}

/** The system has refused to start it, and says why a moment later. */
function tellStillborn(child: ChildProcess, events: LinkEvents) {
	child.once("error", (error) => {
		events.failed(`the system has no process to give: ${error.message}`);
		events.exited("it did not start");
		events.closed();
	});
	return { send() {}, hearAll() {}, takeWorkMs: () => undefined, end() {} };
}

function listen(child: ChildProcess, events: LinkEvents): void {
	child.on("message", (said: BurstFromWorker | FromProcess | null) => {
		if (Array.isArray(said) || said === null) events.heard(said);
		else if (said.kind === "left") events.left();
		else if (said.kind === "failed") events.failed(`${said.message}`);
		else events.heard(said);
	});
	let how: string | undefined;
	let silent = false;
	const bury = () => {
		if (how === undefined || !silent) return;
		events.exited(how);
		events.closed();
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

function wordsOf(code: number | null, signal: NodeJS.Signals | null): string {
	if (signal === null) return `its process exited with code ${code}`;
	const why =
		signal === "SIGKILL" ? ", as the system does when memory is short" : "";
	return `its process was ended by ${signal}${why}`;
}

function keepSaying(
	what: typeof NODE_LIVES,
	say: (what: ToProcess) => void,
	clock: Clock,
): Timer {
	let timer = clock.after(NODE_LIVES_MS, again);
	function again(): void {
		say(what);
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
