/**
 * The workers, and which job goes into which.
 *
 * Own, and not piscina, because a lease makes two demands that piscina cannot
 * meet: one job must be stoppable without a word to the others in its thread
 * (piscina's abort ends the thread and all in it), and when a thread dies each
 * job in it must learn whether it is the cause. Nor can piscina start its
 * workers inside a single executable, where there are no files.
 *
 * - Shared threads: up to `threadsMax`, each runs many asynchronous jobs. One
 *   is started when all others have work, and all but one are ended when there
 *   has been none for a time: a thread takes 10 to 25 MB. A job goes to the first
 *   thread that is expected to have no more than THREAD_WORK_MS of work with it: to
 *   wake a second one costs more than short jobs do. (Should one of them spin
 *   against all expectation, those behind it wait.) Where there is none it goes to
 *   the one with the fewest.
 * - A shared thread that does not answer (a task spins in it) is given no more
 *   jobs, and up to SPARE_THREADS_MAX others are started in its place; they are
 *   ended when it answers again. The jobs in it stay: to move them would mean to
 *   end the one that computes.
 * - A job that is to run `alone` gets a thread for itself, and one that is to run
 *   `isolated` a process for itself: ended after it, so many at once (see `apart.ts`).
 * - While threads cannot be started (see `retrier.ts`), jobs go to shared ones that
 *   have loaded and answer, which run the code that they have; where there is
 *   none, they wait. What was given to a worker that then did not load is placed
 *   again, without a word to anyone: it never ran.
 */
import assert from "node:assert/strict";
import {
	ALONE_THREADS_MAX,
	PING_MS,
	PROCESSES_MAX,
	SPARE_THREADS_MAX,
	THREAD_WORK_MS,
	THREADS_IDLE_MS,
} from "../../protocol/limits.ts";
import type { Clock, Log, Timer } from "../ports.ts";
import { Apart, type Home } from "./apart.ts";
import { Costs } from "./costs.ts";
import type { LiveJob } from "./live-job.ts";
import type { WorkerStart } from "./messages.ts";
import { Processes } from "./processes.ts";
import { PROCESSES, Retrier, THREADS } from "./retrier.ts";
import { Thread } from "./thread.ts";
import { openThread } from "./thread-link.ts";
import type { Death } from "./verdict.ts";

export class Pool {
	#start: WorkerStart;
	readonly #threadsMax: number;
	readonly #endProcesses: (systemThread: number) => void;
	readonly #clock: Clock;
	readonly #log: Log;
	readonly #shared: Home;
	readonly #alone: Apart;
	readonly #isolated: Apart;
	readonly #processes: Processes;
	/** Jobs for a shared thread, while none answers and none can be started. */
	readonly #waiting: LiveJob[] = [];
	readonly #costs = new Costs();
	#probing: Timer | undefined;
	#resting: Timer | undefined;
	#loading:
		| {
				resolve: (types: readonly string[]) => void;
				reject: (error: Error) => void;
		  }
		| undefined;
	#stopped: (() => void) | undefined;

	/** `sparesMax`: processes kept ready at once. `endProcesses`: ends those that a thread of this process has started, named as the system does. */
	constructor(
		start: WorkerStart,
		threadsMax: number,
		sparesMax: number,
		endProcesses: (systemThread: number) => void,
		clock: Clock,
		log: Log,
	) {
		this.#start = start;
		this.#threadsMax = threadsMax;
		this.#endProcesses = endProcesses;
		this.#clock = clock;
		this.#log = log;
		const threads = new Retrier(THREADS, clock, log, () => {
			this.#startWorker(this.#shared);
		});
		const retrier = new Retrier(PROCESSES, clock, log, () => {
			this.#startWorker(this.#isolated);
		});
		const processes = new Processes(sparesMax, clock, log);
		this.#processes = processes;
		const startIn = (home: Home) => this.#startWorker(home);
		this.#shared = { workers: new Set(), retrier: threads, open: openThread };
		this.#alone = new Apart({
			...{ workersMax: ALONE_THREADS_MAX, start: startIn },
			...{ retrier: threads, open: openThread },
		});
		this.#isolated = new Apart({
			...{ workersMax: PROCESSES_MAX, start: startIn },
			...{ retrier, open: processes.open.bind(processes) },
		});
	}

	/**
	 * Starts a first thread and resolves with the types that it can run: the
	 * handler files' code is loaded in a worker only, never on the node's thread.
	 * Rejects with one sentence that names the file, where one does not load.
	 */
	load(): Promise<readonly string[]> {
		return new Promise((resolve, reject) => {
			this.#loading = { resolve, reject };
			this.#newWorker(this.#shared);
		});
	}

	/** Gives the job to a worker; `live.settle` is called when it is over. */
	place(live: LiveJob): void {
		this.#watch();
		const apart = this.#apartFor(live);
		if (apart !== undefined) {
			apart.place(live);
		} else {
			live.costMs = this.#costs.expectedMs(live.job.type);
			this.#placeShared(live);
		}
	}

	/** A node has died, so long ago: jobs may have to run isolated. */
	expectIsolated(agoMs: number): void {
		this.#processes.expect(this.#start, agoMs);
	}

	/** Takes back a job that waits for a worker. */
	withdraw(live: LiveJob): void {
		const apart = this.#apartFor(live);
		if (apart !== undefined) {
			apart.withdraw(live);
			return;
		}
		const at = this.#waiting.indexOf(live);
		assert(at >= 0, "a job without a thread waits for one");
		this.#waiting.splice(at, 1);
	}

	/** Ends all workers and settles their jobs. Nothing may be placed after. */
	async stop(): Promise<void> {
		this.#probing?.cancel();
		this.#resting?.cancel();
		for (const { retrier } of this.#homes()) retrier.stop();
		const { promise, resolve } = Promise.withResolvers<void>();
		this.#stopped = resolve;
		for (const worker of this.#workers()) worker.end();
		this.#tellStopped();
		await Promise.all([promise, this.#processes.stop()]);
	}

	#homes(): readonly Home[] {
		return [this.#shared, this.#alone, this.#isolated];
	}

	#workers(): Thread[] {
		return this.#homes().flatMap(({ workers }) => [...workers]);
	}

	/** Undefined if it may run with others. */
	#apartFor({ job }: LiveJob): Apart | undefined {
		if (job.isolated) return this.#isolated;
		return job.alone ? this.#alone : undefined;
	}

	/** Undefined where the job has to wait. */
	#pickShared(costMs: number): Thread | undefined {
		const { workers, retrier } = this.#shared;
		const { failing } = retrier;
		let best: Thread | undefined;
		let leastSilent: Thread | undefined;
		let responsive = 0;
		for (const thread of workers) {
			if (thread.ending || (failing && !thread.loaded)) continue;
			if (thread.responsive) {
				responsive += 1;
				if (thread.workMs + costMs <= THREAD_WORK_MS) return thread;
				if (best === undefined || thread.load < best.load) best = thread;
			} else if (leastSilent === undefined || thread.load < leastSilent.load) {
				leastSilent = thread;
			}
		}
		if (best?.load === 0 || failing) return best;
		const mayStart =
			responsive < this.#threadsMax &&
			workers.size < this.#threadsMax + SPARE_THREADS_MAX;
		if (mayStart) return this.#startWorker(this.#shared) ?? best;
		return best ?? leastSilent ?? this.#startWorker(this.#shared);
	}

	/** Undefined where the system has none to give: it is tried again. */
	#startWorker(home: Home): Thread | undefined {
		try {
			return this.#newWorker(home);
		} catch (cause) {
			home.retrier.failed(`the system has none to give: ${cause}`);
			return undefined;
		}
	}

	/** @throws where the system has none to give. */
	#newWorker(home: Home): Thread {
		const { workers, retrier, open } = home;
		const worker = new Thread(open, this.#start, this.#clock, this.#log, {
			onLoaded: (types) => this.#welcome(types, retrier),
			onProgress: (type, jobs, workedMs) =>
				this.#costs.observe(type, jobs, workedMs),
			onIdle: () => {
				if (home !== this.#shared || this.#isSpare()) worker.end();
			},
			onUnloaded: (why, jobs) => {
				if (this.#loading !== undefined) return;
				retrier.failed(why);
				for (const live of jobs) this.place(live);
			},
			onStuck: (systemThread) => this.#endProcesses(systemThread),
			onExit: (death) => {
				workers.delete(worker);
				this.#mourn(death);
				if (home !== this.#shared) this.#placeApart();
				this.#tellStopped();
			},
		});
		workers.add(worker);
		return worker;
	}

	#welcome(types: readonly string[], retrier: Retrier): void {
		if (this.#loading !== undefined) {
			this.#start = { ...this.#start, typesServed: types };
			this.#loading.resolve(types);
			this.#loading = undefined;
		}
		if (!retrier.succeeded()) return;
		this.#watch();
		this.#placeWaiting();
		this.#placeApart();
	}

	#placeApart(): void {
		this.#alone.next();
		this.#isolated.next();
	}

	#isSpare(): boolean {
		const { workers } = this.#shared;
		if (workers.size <= this.#threadsMax) return false;
		let responsive = 0;
		// One that still loads may yet fail: none is ended for it.
		for (const thread of workers)
			if (thread.responsive && thread.loaded) responsive += 1;
		return responsive > this.#threadsMax;
	}

	#mourn(death: Death): void {
		if (death.kind === "ended") return;
		if (this.#loading === undefined) {
			if (death.kind === "unloaded") return; // The retrier has told.
			this.#log.warn({ cause: death.message }, "a worker died");
		} else {
			this.#loading.reject(new Error(death.message));
		}
	}

	#placeShared(live: LiveJob): void {
		const thread = this.#pickShared(live.costMs);
		if (thread === undefined) this.#waiting.push(live);
		else thread.run(live);
	}

	#placeWaiting(): void {
		for (const live of this.#waiting.splice(0)) this.#placeShared(live);
	}

	/** From now on silence is noticed, and threads are not at rest. */
	#watch(): void {
		this.#probing ??= this.#clock.after(PING_MS, () => this.#probe());
		this.#resting?.cancel();
		this.#resting = undefined;
	}

	#probe(): void {
		this.#probing = undefined;
		this.#placeWaiting(); // A thread may answer again.
		let working = false;
		for (const thread of this.#shared.workers) {
			if (thread.load === 0) continue;
			working = true;
			thread.probe();
		}
		if (working) {
			this.#probing = this.#clock.after(PING_MS, () => this.#probe());
		} else {
			this.#resting = this.#clock.after(THREADS_IDLE_MS, () => this.#rest());
		}
	}

	#rest(): void {
		const { workers, retrier } = this.#shared;
		if (retrier.failing) return; // They could not be had again.
		const [, ...idle] = [...workers].filter(
			({ load, loaded }) => load === 0 && loaded,
		);
		for (const thread of idle) thread.end();
		this.#log.debug({ threads: idle.length }, "idle worker threads ended");
	}

	#tellStopped(): void {
		if (this.#workers().length === 0) this.#stopped?.();
	}
}
