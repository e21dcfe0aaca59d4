/** A worker that is a thread of this process. */
import { receiveMessageOnPort } from "node:worker_threads";
import { workerSource } from "../world/assets.ts";
import { newCells } from "./begin-cells.ts";
import type { Link, LinkEvents, OpenLink } from "./link.ts";
import type { ProcessStart, WorkerStart } from "./messages.ts";
import { messageOfError, spawnWorker } from "./spawn-worker.ts";
import { WorkMeter } from "./work-meter.ts";

export const openThread: OpenLink = (start, events) => {
	const how = { source: workerSource(), typeScript: false };
	const thread = prepareThread(how, events);
	const aheadMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();
	const cells = newCells(aheadMs);
	thread.begin({ ...start, cells });
	return { ...thread, cells };
};

/** A worker that waits, and loads what it is to run once it is told to begin. */
export interface PreparedThread extends Link {
	begin(start: WorkerStart): void;
}

/** @throws if the system has no thread to give */
export function prepareThread(
	{ source, typeScript }: ProcessStart,
	events: LinkEvents,
): PreparedThread {
	const { worker, port } = spawnWorker(source, typeScript);
	const meter = new WorkMeter(worker);
	const portClosed = new Promise((resolve) => port.once("close", resolve));
	port.on("message", events.heard);
	worker.on("error", (error) => events.failed(messageOfError(error)));
	worker.on("exit", (code) => {
		events.exited(`the worker exited with code ${code}`);
		// A port is closed only some time after it was told to; nothing is to be left behind.
		port.close();
		void portClosed.then(events.closed);
	});
	return {
		cells: undefined,
		begin: (start) => port.postMessage(start),
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
