/**
 * The entry of a worker thread: loads the task code, then runs what it is told.
 *
 * Everything in this file and in `worker/` runs inside a worker, with the
 * thread's own clock and timers; nothing of it is part of the node's thread.
 * It is also bundled as one CommonJS script (see `assets.ts`), so it uses no
 * `import.meta` and no top-level await.
 */
import { workerData } from "node:worker_threads";
import { type BeginCells, begin } from "./begin-cells.ts";
import { type BurstToWorker, readToWorker } from "./burst.ts";
import type { ToWorker, WorkerData, WorkerStart } from "./messages.ts";
import { guardThread } from "./worker/guard.ts";
import { type LoadedHandlers, loadHandlers } from "./worker/handler-files.ts";
import { JobRunner } from "./worker/job-runner.ts";
import {
	bareList,
	isArray,
	keepAlive,
	letGo,
	machineAheadMs,
	now,
} from "./worker/native.ts";
import { Outbox } from "./worker/outbox.ts";
import { systemThread } from "./worker/system-thread.ts";
import { loadTypeStripper } from "./worker/type-stripper.ts";

async function main({ port, typeScript }: WorkerData): Promise<void> {
	const thread = systemThread();
	const outbox = new Outbox(port);
	const runner = new JobRunner(outbox);
	// Listens before task code is loaded, which could replace what listening needs.
	const early = bareList<BurstToWorker>();
	let hear = (burst: BurstToWorker) => {
		early[early.length] = burst;
	};
	const started = Promise.withResolvers<WorkerStart>();
	const allowed = Promise.withResolvers<void>();
	// The port can be seen by all code that runs while its message is delivered
	// (`executionAsyncResource`), and no longer after that.
	const hearSoon = async (said: WorkerStart | BurstToWorker) => {
		await undefined;
		if (isArray(said)) hear(said);
		else started.resolve(said);
	};
	port.on("message", (said: WorkerStart | BurstToWorker) => {
		void hearSoon(said);
	});
	guardThread(runner, outbox, port);
	if (typeScript) loadTypeStripper();

	const start = await started.promise;
	const { cells } = start;
	// Listening does not keep the thread alive while it loads: see `unlessIdle`.
	letGo(port);
	const loaded = await loadHandlers(start);
	if (!loaded.ok) {
		outbox.say({ kind: "unloadable", message: loaded.message });
		return;
	}
	const { handlers, settings } = loaded;
	// Said before any job can end the thread: otherwise that job's death would look like a
	// failed load.
	outbox.sayNow({ kind: "loaded", types: handlers.names, settings, thread });
	keepAlive(port);
	if (settings.length > 0 || cells === undefined) {
		hear = (burst) => {
			early[early.length] = burst;
			if (says("go", burst)) allowed.resolve();
		};
		await allowed.promise;
	}
	hear =
		cells === undefined
			? ofProcess(runner, handlers, outbox)
			: ofThread(runner, handlers, cells);
	hear(joined(early));
}

type Hear = (burst: BurstToWorker) => void;

function ofThread(
	runner: JobRunner,
	handlers: LoadedHandlers,
	cells: BeginCells,
): Hear {
	const aheadMs = machineAheadMs - cells.machineAheadMs;
	return (burst) =>
		readToWorker(
			burst,
			(number, job) => {
				const nowMs = now();
				if (begin(cells, number, nowMs + aheadMs))
					runner.run(number, job, nowMs, handlers);
			},
			(message) => runner.hear(message),
		);
}

/**
 * The start of a worker in a process. It has one job, and only messages tell whether that
 * is to stop before it begins.
 */
function ofProcess(
	runner: JobRunner,
	handlers: LoadedHandlers,
	outbox: Outbox,
): Hear {
	runner.tellBegin();
	return (burst) =>
		readToWorker(
			burst,
			(number, job) => {
				if (says("abort", burst)) outbox.say({ kind: "unbegun" });
				else runner.run(number, job, now(), handlers);
			},
			(message) => runner.hear(message),
		);
}

function joined(bursts: readonly BurstToWorker[]): BurstToWorker {
	const all = bareList() as BurstToWorker;
	for (let i = 0; i < bursts.length; i += 1) {
		const burst = bursts[i] as BurstToWorker;
		for (let at = 0; at < burst.length; at += 1) all[all.length] = burst[at];
	}
	return all;
}

function says(what: ToWorker["kind"], burst: BurstToWorker): boolean {
	let found = false;
	readToWorker(
		burst,
		() => {},
		({ kind }) => {
			if (kind === what) found = true;
		},
	);
	return found;
}

void main(workerData);
