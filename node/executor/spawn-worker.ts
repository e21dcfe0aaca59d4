/**
 * Starts the thread in which task code runs: from its source file or, if the program is
 * bundled, from the text of its bundle.
 *
 * Node and thread talk over a channel of their own. A worker's `parentPort` is within
 * reach of task code, and of libraries that post to it when they find themselves in a
 * worker; nobody listens there.
 */
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import {
	ERROR_MESSAGE_CHARS_MAX,
	WORKER_HEAP_MIB_MAX,
} from "../../protocol/limits.ts";
import type { WorkerData } from "./messages.ts";

/**
 * The worker waits for its start (see `messages.ts`).
 * @throws if the system has no thread to give
 */
export function spawnWorker(
	source: string | undefined,
	typeScript: boolean,
): {
	worker: Worker;
	port: MessagePort;
} {
	const { port1, port2 } = new MessageChannel();
	const data: WorkerData = { port: port2, typeScript };
	const options = {
		name: "hearsay-tasks",
		workerData: data,
		transferList: [port2],
		// The node's flags (a debugger's port, say) are not for its workers.
		execArgv: [],
		resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MIB_MAX },
	};
	const worker =
		source === undefined
			? new Worker(new URL("./worker-main.ts", import.meta.url), options)
			: new Worker(source, { ...options, eval: true });
	return { worker, port: port1 };
}

/** A worker's error in words. */
export function messageOfError(error: unknown): string {
	if (error instanceof Error && "code" in error) {
		if (error.code === "ERR_WORKER_OUT_OF_MEMORY") {
			return `the worker's heap outgrew ${WORKER_HEAP_MIB_MAX} MiB`;
		}
	}
	return `the worker failed: ${error}`.slice(0, ERROR_MESSAGE_CHARS_MAX);
}
