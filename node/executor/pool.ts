/**
 * The workers, and which job runs in whose threads.
 *
 * This is our own, and not piscina, because a lease makes two demands that piscina cannot
 * meet. It must be possible to stop one job without telling the others in its thread
 * (piscina's abort ends the thread and all jobs in it). And when a thread dies, each job
 * in it must learn whether it is the cause. Nor can piscina start its workers inside a
 * single executable, where there are no files.
 *
 * - Most jobs share threads: see `together.ts`. When there has been no job for a time,
 *   all threads but one are ended: each takes 10 to 25 MB.
 * - If a job did not stop when it was to, and had to be ended by force, its type runs
 *   apart from others from then on: see `unruly-types.ts`. A thread that even force does
 *   not end is left behind, and others are started in its place.
 * - A job that is to run `alone` gets a thread for itself, and one that is to run
 *   `isolated` a process for itself. Each is ended after its job, and there are only so
 *   many at once (see `apart.ts`).
 * - While threads cannot be started (see `retrier.ts`), jobs wait or run in what there
 *   is. A job given to a worker that then did not load is placed again, and nobody is
 *   told: it never ran.
 */
import {
	type HandlerSettings,
	NO_SETTINGS,
} from "../../protocol/handler-settings.ts";
import {
	ALONE_THREADS_MAX,
	PING_MS,
	PROCESSES_MAX,
	THREADS_IDLE_MS,
} from "../../protocol/limits.ts";
import type { Clock, Log, Timer } from "../ports.ts";
import { Apart } from "./apart.ts";
import { Costs } from "./costs.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Home, Starter } from "./home.ts";
import type { LiveJob } from "./live-job.ts";
import type { SettingsByType } from "./loaded-settings.ts";
import type { WorkerStart } from "./messages.ts";
import { Processes } from "./processes.ts";
import { PROCESSES, Retrier, THREADS } from "./retrier.ts";
import { Thread } from "./thread.ts";
import { openThread } from "./thread-link.ts";
import { Together } from "./together.ts";
import { UnrulyTypes } from "./unruly-types.ts";
import type { Death } from "./verdict.ts";

export interface PoolParts {
	readonly start: WorkerStart;
	readonly threadsMax: number;
	/** How many processes are kept ready at once. */
	readonly sparesMax: number;
	/**
	 * Ends the processes that a thread of this process has started; the thread is named as
	 * the system names it.
	 */
	readonly endProcesses: (systemThread: number) => void;
	readonly deadlines: Deadlines;
	readonly clock: Clock;
	readonly log: Log;
}

export class Pool {
	readonly #parts: PoolParts;
	#start: WorkerStart;
	#settings: SettingsByType = new Map();
	readonly #threads: Retrier;
	readonly #starter: Starter = {
		start: (home) => this.#startWorker(home),
	};
	readonly #shared: Together;
	readonly #unruly: UnrulyTypes;
	readonly #alone: Apart;
	readonly #isolated: Apart;
	readonly #processes: Processes;
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

	constructor(parts: PoolParts) {
		const { clock, log } = parts;
		this.#parts = parts;
		this.#start = parts.start;
		this.#threads = new Retrier(THREADS, clock, log, () => {
			this.#startWorker(this.#shared);
		});
		const retrier = new Retrier(PROCESSES, clock, log, () => {
			this.#startWorker(this.#isolated);
		});
		const processes = new Processes(parts.sparesMax, clock, log);
		this.#processes = processes;
		this.#shared = this.#newShared(1);
		this.#unruly = new UnrulyTypes({
			log,
			homes: { shared: this.#shared, own: () => this.#newShared(0) },
		});
		this.#alone = new Apart({
			...{ workersMax: ALONE_THREADS_MAX, starter: this.#starter },
			...{ retrier: this.#threads, open: openThread },
		});
		this.#isolated = new Apart({
			...{ workersMax: PROCESSES_MAX, starter: this.#starter },
			...{ retrier, open: processes.open.bind(processes) },
		});
	}

	/**
	 * Starts a first thread and resolves with the types that it can run: the code of the
	 * handler files is loaded only in a worker, never on the node's thread. Rejects with
	 * one sentence that names the file, if one does not load.
	 */
	load(): Promise<readonly string[]> {
		return new Promise((resolve, reject) => {
			this.#loading = { resolve, reject };
			this.#newWorker(this.#shared);
		});
	}

	/** What the type's handler says, as it was last loaded. */
	settingsOf(type: string): HandlerSettings {
		const said = this.#settings.get(type) ?? NO_SETTINGS;
		return this.#unruly.settingsOf(type, said);
	}

	/** Whether a job that comes now may begin soon. */
	get answers(): boolean {
		return this.#shared.answers;
	}

	/**
	 * Takes a job in and returns the workers among which it is to be placed; `live.settle` is
	 * called when it is over.
	 */
	admit(live: LiveJob): Home {
		this.#watch();
		const home = this.#homeFor(live);
		live.home = home;
		live.costMs = this.#costs.expectedMs(live.job.type);
		return home;
	}

	/** A node died so long ago: jobs may have to run isolated. */
	expectIsolated(agoMs: number): void {
		this.#processes.expect(this.#start, agoMs);
	}

	/** Takes back a job that waits for a worker. */
	withdraw(live: LiveJob): void {
		live.home?.withdraw(live);
	}

	/** Ends all workers, as far as they can be, and settles their jobs. Nothing may be admitted after that. */
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

	/** The homes in which jobs share threads. */
	#sharing(): ReadonlySet<Together> {
		return new Set([this.#shared, ...this.#unruly.homes]);
	}

	#homes(): readonly Home[] {
		return [...this.#sharing(), this.#alone, this.#isolated];
	}

	#workers(): Thread[] {
		return this.#homes().flatMap(({ workers }) => [...workers]);
	}

	#homeFor({ job }: LiveJob): Home {
		if (job.isolated || this.#unruly.isBlocking(job.type))
			return this.#isolated;
		return job.alone ? this.#alone : this.#unruly.homeOf(job.type);
	}

	#newShared(warm: 0 | 1): Together {
		return new Together({
			...{ threadsMax: this.#parts.threadsMax, warm },
			retrier: this.#threads,
			starter: this.#starter,
		});
	}

	/** Undefined if the system has none to give: the retrier tries again. */
	#startWorker(home: Home): Thread | undefined {
		try {
			return this.#newWorker(home);
		} catch (cause) {
			home.retrier.failed(`the system has none to give: ${cause}`);
			return undefined;
		}
	}

	/** @throws if the system has none to give */
	#newWorker(home: Home): Thread {
		const { clock, log, endProcesses, deadlines } = this.#parts;
		const { workers, retrier, open } = home;
		let lingers = false;
		const worker = new Thread(open, this.#start, clock, log, {
			onLoaded: (types, settings) => this.#welcome(types, settings, retrier),
			onBegan: (live) => deadlines.begin(live),
			onUnruly: (live) => this.#unruly.endedByForce(live.job),
			onOpen: () => home.next(),
			onProgress: (type, jobs, workedMs) =>
				this.#costs.observe(type, jobs, workedMs),
			onIdle: () => {
				if (home.isDone()) worker.end();
			},
			onUnloaded: (why, jobs) => {
				if (this.#loading !== undefined) return;
				retrier.failed(why);
				for (const live of jobs) this.admit(live).place(live);
			},
			onUnbegun: (jobs) => {
				for (const live of jobs) this.admit(live).place(live);
			},
			onStuck: (systemThread) => endProcesses(systemThread),
			onOver: (death) => {
				lingers = death.kind === "unloaded";
				if (lingers) retrier.lingers();
				// A process that even force does not end keeps its place: there is room for few.
				if (home !== this.#isolated) workers.delete(worker);
				this.#mourn(death);
				this.#freed(home);
			},
			onBlocked: (left) => this.#unruly.blocked(left),
			onExit: () => {
				if (lingers) retrier.gone();
				if (workers.delete(worker)) this.#freed(home);
			},
		});
		workers.add(worker);
		return worker;
	}

	#welcome(
		types: readonly string[],
		settings: SettingsByType,
		retrier: Retrier,
	): void {
		this.#settings = settings;
		if (this.#loading !== undefined) {
			this.#start = { ...this.#start, typesServed: types };
			this.#loading.resolve(types);
			this.#loading = undefined;
		}
		if (!retrier.succeeded()) return;
		this.#watch();
		for (const home of this.#homes()) home.next();
	}

	/** A worker's place in its home is free, or its jobs have ended without it. */
	#freed(home: Home): void {
		if (this.#stopped === undefined) home.next();
		this.#tellStopped();
	}

	#mourn(death: Death): void {
		if (death.kind === "ended") return;
		if (this.#loading === undefined) {
			if (death.kind === "unloaded") return; // The retrier has logged it.
			this.#parts.log.warn({ cause: death.message }, "a worker died");
		} else {
			this.#loading.reject(new Error(death.message));
		}
	}

	/** From now on silence is noticed, and threads are not at rest. */
	#watch(): void {
		const { clock } = this.#parts;
		this.#probing ??= clock.after(PING_MS, () => this.#probe());
		this.#resting?.cancel();
		this.#resting = undefined;
	}

	#probe(): void {
		const { clock } = this.#parts;
		this.#probing = undefined;
		let working = false;
		for (const home of this.#sharing()) if (home.probe()) working = true;
		if (working) {
			this.#probing = clock.after(PING_MS, () => this.#probe());
		} else {
			this.#resting = clock.after(THREADS_IDLE_MS, () => this.#rest());
		}
	}

	#rest(): void {
		let threads = 0;
		for (const home of this.#sharing()) threads += home.rest();
		this.#parts.log.debug({ threads }, "idle worker threads ended");
	}

	#tellStopped(): void {
		if (this.#workers().every(({ leftBehind }) => leftBehind))
			this.#stopped?.();
	}
}
