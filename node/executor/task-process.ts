/**
 * The main thread of a process that runs one task for the node that started it
 * (`process-link.ts`). Inside runs a worker thread like the node's own, so that the task
 * meets the same limits and the same world. This thread only passes on what the two say,
 * and takes care of what the task must not prevent, whatever it does:
 *
 * - The process ends when the node ends, or has said nothing for ORPHANED_MS (it is
 *   frozen, and its lease expires). Everything that the task has started ends with it.
 * - A signal that is meant for the node and reaches all processes around it, as from a
 *   service manager, does nothing: the node sees to the end of its tasks.
 */
import { NODE_LIVES_MS, ORPHANED_MS } from "../../protocol/limits.ts";
import type { Clock } from "../ports.ts";
import type { BurstFromWorker, BurstToWorker } from "./burst.ts";
import type {
	FromProcess,
	ProcessStart,
	ToProcess,
	WorkerStart,
} from "./messages.ts";
import { type PreparedThread, prepareThread } from "./thread-link.ts";

/** Never resolves: it ends with its process. */
export function runTaskProcess(clock: Clock): Promise<never> {
	if (process.send === undefined) {
		process.stderr.write(
			"hearsay: nodes start this command themselves; hearsay --help lists those for you.\n",
		);
		process.exit(2);
	}
	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
		process.on(signal, () => {});
	process.once("disconnect", endAll);
	process.once("message", (first: ProcessStart) => prepare(first, clock));
	return new Promise(() => {});
}

/**
 * Prepares the worker. It may have to wait long for a task, and needs nothing from its
 * node while it waits.
 */
function prepare(first: ProcessStart, clock: Clock): void {
	const worker = prepareThread(first, {
		heard: (burst) => say(burst as BurstFromWorker),
		failed: (message) => tellEnd(message),
		left() {},
		exited: (how) => tellEnd(how, endAll),
		closed() {},
	});
	/** Comes after the worker's last words, which say more. */
	function tellEnd(message: string, then?: () => void): void {
		worker.hearAll();
		say({ kind: "failed", message }, then);
	}
	process.once("message", (start: WorkerStart) => begin(worker, start, clock));
}

function begin(worker: PreparedThread, start: WorkerStart, clock: Clock): void {
	worker.begin(start);
	let silentRounds = 0;
	process.on("message", (said: BurstToWorker | ToProcess) => {
		silentRounds = 0;
		if (Array.isArray(said)) worker.send(said);
	});
	// In rounds, not in time: a delay that hits both processes alike is not held against
	// the node.
	const listen = () => {
		silentRounds += 1;
		if (silentRounds > ORPHANED_MS / NODE_LIVES_MS) leave();
		clock.after(NODE_LIVES_MS, listen);
	};
	clock.after(NODE_LIVES_MS, listen);
}

let leaving = false;

/**
 * Tells the node, in case it wakes up once more, and ends; if the node cannot be told,
 * ends in the next round.
 */
function leave(): void {
	if (leaving) endAll();
	leaving = true;
	say({ kind: "left" }, endAll);
}

function say(what: BurstFromWorker | FromProcess, then?: () => void): void {
	// The callback runs even if the node is gone: the end of the channel is reported, too.
	process.send?.(what, undefined, undefined, () => then?.());
}

function endAll(): void {
	process.kill(-process.pid, "SIGKILL");
}
