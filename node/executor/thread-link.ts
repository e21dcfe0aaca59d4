/** A worker that is a thread of this process. */
import { receiveMessageOnPort } from "node:worker_threads";
import { workerSource } from "../assets.ts";
import type { Link, LinkEvents } from "./link.ts";
import type { WorkerStart } from "./messages.ts";
import { messageOfError, spawnWorker } from "./spawn-worker.ts";
import { WorkMeter } from "./work-meter.ts";

/**
 * `source`: the code of a worker, where the program is bundled.
 * @throws where the system has no thread to give.
 */
export function openThread(
	start: WorkerStart,
	events: LinkEvents,
	source = workerSource(),
): Link {
	const { worker, port } = spawnWorker(start, source);
	const meter = new WorkMeter(worker);
	const portClosed = new Promise((resolve) => port.once("close", resolve));
	port.on("message", events.heard);
	worker.on("error", (error) => events.failed(messageOfError(error)));
	worker.on("exit", (code) => {
		events.exited(`the worker exited with code ${code}`);
		// A port is closed some time after it was told to: nothing is to be left behind.
		port.close();
		void portClosed.then(events.closed);
	});
	return {
		send: (burst) => port.postMessage(burst),
		hearAll() {
			for (;;) {
				const next = receiveMessageOnPort(port);
				if (next === undefined) return;
				events.heard(next.message);
			}
		},
		takeWorkMs: () => meter.takeMs(),
		end: () => void worker.terminate(),
	};
}
